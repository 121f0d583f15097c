# A shared weir: it shows its own names alone, and both ways to an installed library lead to it.
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)
make_weir(${SCRATCH}/weir -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON)
run("visibility" ${CMAKE_COMMAND} -DREADELF=${READELF} -DTYPE=SHARED_LIBRARY -DLIBRARY=${SCRATCH}/weir/libweir.so
  -P ${SOURCE}/tests/project/visibility.cmake)
install_weir(${SCRATCH}/weir ${SCRATCH}/prefix)
consume(find_package ${SOURCE}/examples/embed -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH=${SCRATCH}/prefix)
find_program(PKG_CONFIG pkg-config)
if(PKG_CONFIG)
  consume_pkg_config(${SCRATCH}/prefix)
endif()
