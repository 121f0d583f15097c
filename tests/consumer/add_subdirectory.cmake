# Without a build type, as projects often are: then it must still work, and it compiles fastest. The parent has -ffast-math.
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)
consume(add_subdirectory ${SOURCE}/tests/consumer/add_subdirectory -DWEIR_SOURCE=${SOURCE} -DHOST_FLAGS=-ffast-math)
run("the program of a parent with -ffast-math: build" ${CMAKE_COMMAND} --build ${SCRATCH}/add_subdirectory --target host_program)
run("the program of a parent with -ffast-math: run" ${SCRATCH}/add_subdirectory/host_program)
if(NOT output STREQUAL "NaN is refused, infinity is refused, divergence is seen\n")
  message(FATAL_ERROR "a parent with -ffast-math: got ${output}")
endif()
