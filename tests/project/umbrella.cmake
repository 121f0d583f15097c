# include/weir/weir.hpp includes every public header and nothing else. After adding one: cmake -DROOT=<tree> -DWRITE=ON -P umbrella.cmake
cmake_minimum_required(VERSION 3.25)
get_filename_component(ROOT ${ROOT} ABSOLUTE)  # a glob finds nothing relative to "."

set(wanted "#pragma once\n\n// Everything that weir offers.\n")
foreach(room core activations layers data formats training)
  file(GLOB headers RELATIVE ${ROOT}/${room}/include ${ROOT}/${room}/include/weir/${room}/*.hpp)
  list(SORT headers)
  string(APPEND wanted "\n")
  foreach(header ${headers})
    string(APPEND wanted "#include <${header}>\n")
  endforeach()
endforeach()
string(REGEX REPLACE "\n\n\n+" "\n\n" wanted "${wanted}")

set(umbrella ${ROOT}/include/weir/weir.hpp)
if(WRITE)
  file(WRITE ${umbrella} "${wanted}")
endif()
file(READ ${umbrella} got)
if(NOT got STREQUAL wanted)
  message(FATAL_ERROR "include/weir/weir.hpp: does not include exactly the public headers. Type cmake -DROOT=. -DWRITE=ON -P tests/project/umbrella.cmake")
endif()
message("weir.hpp includes every public header")
