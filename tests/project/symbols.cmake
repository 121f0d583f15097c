# The library neither ends the program nor prints: our own objects need none of these names.
# vsnprintf is std::to_string of a float, which writes the decimal comma of the host's locale: use number_text.
# cmake -DNM=<nm> -DLIBRARY=<archive or object files> -P symbols.cmake
cmake_minimum_required(VERSION 3.25)

set(forbidden abort exit _exit _Exit quick_exit printf fprintf vprintf vfprintf puts putchar perror
  __printf_chk __fprintf_chk __vprintf_chk __vfprintf_chk stdout stderr std::cout std::cerr std::clog
  vsnprintf vsprintf sprintf sscanf vsscanf atof setlocale)

execute_process(COMMAND ${NM} -A -C --undefined-only ${LIBRARY} OUTPUT_VARIABLE output ERROR_VARIABLE error RESULT_VARIABLE code)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "nm: exit code ${code}: ${error}")
endif()
string(REPLACE ";" "," output "${output}")
string(REPLACE "\n" ";" lines "${output}")

set(wrong "")
set(seen 0)
foreach(line ${lines})
  if(line MATCHES "([^/:]+):[ ]+U ([^@]+)")
    math(EXPR seen "${seen} + 1")
    if(CMAKE_MATCH_2 IN_LIST forbidden)
      list(APPEND wrong "${CMAKE_MATCH_1} uses ${CMAKE_MATCH_2}")
    endif()
  endif()
endforeach()
if(seen EQUAL 0)
  message(FATAL_ERROR "${LIBRARY}: nm shows no undefined name, which cannot be.")
endif()
if(wrong)
  list(SORT wrong)
  list(JOIN wrong "\n  " wrong)
  message(FATAL_ERROR "names that the library may not use:\n  ${wrong}")
endif()
message("${seen} undefined names, none forbidden")
