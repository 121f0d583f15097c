# cmake --install: the library, its public headers, and what find_package and pkg-config read.
include_guard()
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

if(WEIR_NATIVE)
  install(CODE [[message(WARNING "weir: this build is tuned for this machine (WEIR_NATIVE is ON): on another it may stop with an \
illegal instruction. To install what runs everywhere, configure with -DWEIR_NATIVE=OFF (cmake --workflow --preset portable).")]])
endif()

install(TARGETS weir EXPORT weirTargets FILE_SET HEADERS)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/weir)
install(EXPORT weirTargets NAMESPACE weir:: DESTINATION ${package_dir})
get_target_property(WEIR_LIBRARY_TYPE weir TYPE)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/weirConfig.cmake.in ${PROJECT_BINARY_DIR}/weirConfig.cmake
  INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/weirConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/weirConfig.cmake ${PROJECT_BINARY_DIR}/weirConfigVersion.cmake DESTINATION ${package_dir})

# pkg-config: directories relative to the file, so that the installed tree may be moved. A static library's users link what it needs.
set(pc_dir ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH WEIR_PC_PREFIX ${pc_dir} ${CMAKE_INSTALL_PREFIX})
file(RELATIVE_PATH WEIR_PC_LIBDIR ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_LIBDIR})
file(RELATIVE_PATH WEIR_PC_INCLUDEDIR ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
string(REGEX REPLACE "/$" "" WEIR_PC_PREFIX ${WEIR_PC_PREFIX})
set(libraries ${CMAKE_THREAD_LIBS_INIT})
if(WEIR_OPENMP)
  list(TRANSFORM OpenMP_CXX_LIB_NAMES PREPEND "-l" OUTPUT_VARIABLE openmp_libraries)
  list(PREPEND libraries ${openmp_libraries})
endif()
if(WEIR_WITH_CUDA)
  list(APPEND libraries -L${CUDAToolkit_LIBRARY_DIR} -lcublasLt -lcudart_static -ldl -lrt)
endif()
list(JOIN libraries " " libraries)
if(WEIR_LIBRARY_TYPE STREQUAL "STATIC_LIBRARY")
  set(WEIR_PC_NEEDS "Requires: zlib\nLibs: -L\${libdir} -lweir ${libraries}")
else()
  set(WEIR_PC_NEEDS "Libs: -L\${libdir} -lweir")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/weir.pc.in ${PROJECT_BINARY_DIR}/weir.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/weir.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
