# Helpers of fetch_refuses.cmake and fetch_succeeds.cmake, which run data/fetch_mnist.cmake on mirrors that are folders.
cmake_minimum_required(VERSION 3.25)

set(names train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte)

# run(<folder> <mirrors...>): sets code and said (both streams, with every run of blanks and line breaks as one blank).
function(run to)
  set(urls "")
  foreach(mirror ${ARGN})
    list(APPEND urls "file://${mirror}")
  endforeach()
  execute_process(COMMAND ${CMAKE_COMMAND} -DTO=${to} "-DMIRRORS=${urls}" -P ${ROOT}/data/fetch_mnist.cmake
    RESULT_VARIABLE code OUTPUT_VARIABLE said ERROR_VARIABLE said)
  string(REGEX REPLACE "[ \n]+" " " said "${said}")
  set(code ${code} PARENT_SCOPE)
  set(said "${said}" PARENT_SCOPE)
endfunction()

function(expect_code expected)
  if(NOT code EQUAL expected)
    message(FATAL_ERROR "exit code ${code}, expected ${expected}: ${said}")
  endif()
endfunction()

# Literal text.
function(expect_said text)
  string(FIND "${said}" "${text}" place)
  if(place EQUAL -1)
    message(FATAL_ERROR "said: ${said}\nexpected in it: ${text}")
  endif()
endfunction()

# Nothing but these files, and the lock.
function(expect_files folder)
  file(GLOB found RELATIVE ${folder} ${folder}/* ${folder}/.*)
  list(REMOVE_ITEM found .fetch_mnist.lock)
  list(SORT found)
  set(expected ${ARGN})
  list(SORT expected)
  if(NOT "${found}" STREQUAL "${expected}")
    message(FATAL_ERROR "${folder} holds ${found}, expected ${expected}")
  endif()
endfunction()

function(expect_failure to)
  expect_code(1)
  expect_said("fetch_mnist: MNIST could not be downloaded within 10 seconds:")
  expect_said("Check the network and try again; -DSECONDS=300 allows more time.")
  expect_files(${to})
endfunction()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
find_program(gzip gzip REQUIRED)
