#pragma once

#include <string>
#include <string_view>

namespace weir {

// Makes text from a file safe for a message: control characters become '?', long texts are cut.
std::string printable(std::string_view text, std::size_t longest = 1000);

// The same for a name, in quotes: '0.weight'.
std::string in_quotes(std::string_view name);

}  // namespace weir
