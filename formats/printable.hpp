#pragma once

#include <string>
#include <string_view>

namespace weir {

// Makes text from a file safe for a message: control characters become '?', long texts are cut.
inline std::string printable(std::string_view text, std::size_t longest = 1000) {
  std::string result;
  for (const char c : text.substr(0, longest)) result += c >= ' ' && c <= '~' ? c : '?';
  return text.size() > longest ? result + "..." : result;
}

// The same for a name, in quotes: '0.weight'.
inline std::string in_quotes(std::string_view name) { return std::string("'").append(printable(name, 100)).append("'"); }

}  // namespace weir
