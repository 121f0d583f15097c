#pragma once

#include <charconv>
#include <string>

namespace weir {

// The fewest digits that read back as the same number.
inline std::string digits(double value) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, value).ptr);
}

}  // namespace weir
