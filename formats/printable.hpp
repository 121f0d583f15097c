#pragma once

#include <string>
#include <string_view>

namespace weir {

// Text out of a file, fit for a message: what a terminal would act on becomes '?', what is long is cut.
std::string printable(std::string_view text, std::size_t longest = 1000);

// The same for a name, in quotes: '0.weight'.
std::string in_quotes(std::string_view name);

}  // namespace weir
