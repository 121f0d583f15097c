include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)
consume_pkg_config(${PREFIX})
consume_pkg_config(${PREFIX} --static)
