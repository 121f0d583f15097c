# What add_subdirectory gives a project, without the minutes that weir itself takes (with Ninja: Make builds it first): the program compiles,
# and weir makes nothing else.
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)
configure_consumer(add_subdirectory ${SOURCE}/tests/consumer/add_subdirectory -DWEIR_SOURCE=${SOURCE})
run("add_subdirectory: compile" ${CMAKE_COMMAND} --build ${SCRATCH}/add_subdirectory --target embed_objects)
foreach(extra tests examples weirConfig.cmake)
  if(EXISTS ${SCRATCH}/add_subdirectory/weir/${extra})
    message(FATAL_ERROR "add_subdirectory: weir is not the top project and yet makes its ${extra}")
  endif()
endforeach()
