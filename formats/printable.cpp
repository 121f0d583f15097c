#include "formats/printable.hpp"

namespace weir {

std::string printable(std::string_view text, std::size_t longest) {
  std::string result;
  for (const char c : text.substr(0, longest)) result += c >= ' ' && c <= '~' ? c : '?';
  return text.size() > longest ? result + "..." : result;
}

std::string in_quotes(std::string_view name) { return std::string("'").append(printable(name, 100)).append("'"); }

}  // namespace weir
