include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)
consume(find_package ${SOURCE}/examples/embed -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH=${PREFIX})
