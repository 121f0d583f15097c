# Writes activation_docs.hpp: the comment above each activation's struct, for docstrings.
# weir_activation_docs(<header>)
function(weir_activation_docs output)
  file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/activations/include/weir/activations/*.hpp)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${headers})
  set(lines "")
  foreach(header ${headers})
    file(READ ${header} text)
    if(text MATCHES "\n((// [^\n]*\n)+)struct [A-Za-z0-9]+ {" )
      set(comment "${CMAKE_MATCH_1}")
      if(text MATCHES "string_view name = \"([a-z0-9_]+)\"")
        set(name ${CMAKE_MATCH_1})
        string(REGEX REPLACE "(^|\n)// " "\\1" comment "${comment}")
        string(STRIP "${comment}" comment)
        string(APPEND lines "  if (name == \"${name}\") return R\"doc(${comment})doc\";\n")
      endif()
    endif()
  endforeach()
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT [[#pragma once

#include <string>
#include <string_view>

inline std::string activation_doc(std::string_view name) {
@lines@  return "";
}
]])
endfunction()
