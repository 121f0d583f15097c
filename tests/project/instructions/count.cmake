# How many instructions one step of W1 takes on one thread, by g++ 12 for x86-64-v3, counted by callgrind: a figure that noise cannot move.
# Fails when it is more than a tenth above the one in w1_step.txt, or when a ProgressBar and a CsvLog add more than a hundredth to it. After a
# change that is worth its price, or a gain to be kept:
#   cmake -DROOT=. -DBUILD=build/instructions -DWRITE=ON -P tests/project/instructions/count.cmake
cmake_minimum_required(VERSION 3.25)
cmake_path(ABSOLUTE_PATH ROOT)
cmake_path(ABSOLUTE_PATH BUILD)
set(figure ${CMAKE_CURRENT_LIST_DIR}/w1_step.txt)

# What is missing here, empty if nothing is.
set(missing "")
find_program(compiler NAMES g++-12 g++)
find_program(valgrind valgrind)
cmake_host_system_information(RESULT machine QUERY OS_PLATFORM)
set(cpu "")
if(EXISTS /proc/cpuinfo)
  file(STRINGS /proc/cpuinfo cpu REGEX "^flags.* avx2 " LIMIT_COUNT 1)
endif()
if(compiler)
  execute_process(COMMAND ${compiler} -dumpversion OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
if(NOT machine STREQUAL "x86_64" OR cpu STREQUAL "")
  set(missing "an x86-64 processor with AVX2")
elseif(NOT version MATCHES "^12")
  set(missing "g++ 12")
elseif(NOT valgrind)
  set(missing "valgrind")
endif()
if(missing)
  message("SKIPPED: instructions are counted with ${missing} only")
  return()
endif()

include(ProcessorCount)
ProcessorCount(processors)
set(launcher "")
if(DEFINED ENV{CMAKE_CXX_COMPILER_LAUNCHER})
  set(launcher -DCMAKE_CXX_COMPILER_LAUNCHER=$ENV{CMAKE_CXX_COMPILER_LAUNCHER})
endif()
unset(ENV{CXXFLAGS})
foreach(command
    "${CMAKE_COMMAND};-S;${CMAKE_CURRENT_LIST_DIR};-B;${BUILD};-G;Ninja;-DROOT=${ROOT};-DCMAKE_BUILD_TYPE=Release;-DCMAKE_CXX_COMPILER=${compiler};${launcher}"
    "${CMAKE_COMMAND};--build;${BUILD};--target;step;--parallel;${processors}")
  execute_process(COMMAND ${command} RESULT_VARIABLE code OUTPUT_VARIABLE log ERROR_VARIABLE log)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${command}:\n${log}")
  endif()
endforeach()

# instructions(<variable> <epochs> [<log>]): of the whole program.
function(instructions variable)
  execute_process(COMMAND ${valgrind} --tool=callgrind --callgrind-out-file=${BUILD}/callgrind.out ${BUILD}/step ${ARGN}
    RESULT_VARIABLE code OUTPUT_VARIABLE log ERROR_VARIABLE log)
  if(NOT code EQUAL 0 OR NOT log MATCHES "Collected : ([0-9]+)")
    message(FATAL_ERROR "valgrind, exit code ${code}:\n${log}")
  endif()
  set(${variable} ${CMAKE_MATCH_1} PARENT_SCOPE)
endfunction()

# Epochs of ten steps: the difference is free of all that happens once.
instructions(two 2)
instructions(four 4)
math(EXPR step "(${four} - ${two}) / 20")
if(WRITE)
  file(WRITE ${figure} "${step}\n")
endif()
file(STRINGS ${figure} kept LIMIT_COUNT 1)
math(EXPR most "${kept} * 110 / 100")
math(EXPR percent "${step} * 100 / ${kept}")
if(step GREATER most)
  message(FATAL_ERROR "a step of W1 takes ${step} instructions, ${percent} % of the ${kept} that are kept; expected at most ${most}. If that is "
    "worth its price: cmake -DROOT=. -DBUILD=build/instructions -DWRITE=ON -P tests/project/instructions/count.cmake")
endif()
message("a step of W1 takes ${step} instructions, ${percent} % of the ${kept} that are kept")

# With a bar that may be drawn after each step and a row of the log each epoch.
instructions(two_watched 2 ${BUILD}/log.csv)
instructions(four_watched 4 ${BUILD}/log.csv)
math(EXPR watched "(${four_watched} - ${two_watched}) / 20")
math(EXPR more "${watched} - ${step}")
math(EXPR most "${step} / 100")
if(more GREATER most)
  message(FATAL_ERROR "with a ProgressBar and a CsvLog a step of W1 takes ${more} instructions more; expected at most ${most}")
endif()
message("with a ProgressBar and a CsvLog it takes ${more} more")
