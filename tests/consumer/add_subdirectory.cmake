# Without a build type, as projects often are: then it must still work, and it compiles fastest.
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)
consume(add_subdirectory ${SOURCE}/tests/consumer/add_subdirectory -DWEIR_SOURCE=${SOURCE})
