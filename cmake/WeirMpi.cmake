# WEIR_MPI=AUTO|ON|OFF: whether distributed/, the component weir::mpi, is built. Sets WEIR_WITH_MPI and says in one line what was found, or
# why there is none.
include_guard()

set(WEIR_WITH_MPI FALSE)
string(TOUPPER "${WEIR_MPI}" weir_mpi_wish)
if(NOT weir_mpi_wish MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "WEIR_MPI is ${WEIR_MPI}, expected AUTO, ON or OFF. Configure with -DWEIR_MPI=AUTO.")
elseif(weir_mpi_wish STREQUAL "OFF")
  message(STATUS "weir: without MPI (WEIR_MPI is OFF)")
else()
  set(MPI_CXX_SKIP_MPICXX TRUE)  # weir uses MPI's C interface
  find_package(MPI QUIET COMPONENTS CXX)
  if(MPI_CXX_FOUND)
    set(WEIR_WITH_MPI TRUE)
    execute_process(COMMAND ${MPIEXEC_EXECUTABLE} --version OUTPUT_VARIABLE version ERROR_QUIET)
    string(REGEX MATCH "Open ?MPI|OpenRTE" WEIR_OPEN_MPI "${version}")
    message(STATUS "weir: with MPI ${MPI_CXX_VERSION} (${MPI_CXX_COMPILER}, ${MPIEXEC_EXECUTABLE})")
  elseif(weir_mpi_wish STREQUAL "ON")
    message(FATAL_ERROR "WEIR_MPI is ON, but no MPI was found. Install Open MPI or MPICH (on Debian: apt-get install libopenmpi-dev \
openmpi-bin), name its compiler with -DMPI_CXX_COMPILER=<path of mpicxx>, or configure with -DWEIR_MPI=OFF.")
  else()
    message(STATUS "weir: without MPI (not found; on Debian: libopenmpi-dev openmpi-bin, or libmpich-dev mpich)")
  endif()
endif()
