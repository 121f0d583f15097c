# What weir is built with. Each that is missing names its Debian package.
include_guard()

function(weir_require package debian)
  find_package(${package} ${ARGN} QUIET)
  if(NOT ${package}_FOUND)
    message(FATAL_ERROR "weir needs ${package}, which was not found. On Debian: apt-get install ${debian}")
  endif()
  set(${package}_FOUND TRUE PARENT_SCOPE)
endfunction()

weir_require(Eigen3 libeigen3-dev 3.4)
weir_require(OpenMP "g++ (or libomp-dev for clang)" COMPONENTS CXX)
weir_require(ZLIB zlib1g-dev)
weir_require(nlohmann_json nlohmann-json3-dev 3.9)
find_package(Threads REQUIRED)
