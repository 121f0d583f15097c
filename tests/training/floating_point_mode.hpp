#pragma once

#include <functional>

namespace weir::test {

// Sets a floating-point mode by `set` and compares what weir's public calls return, on several threads and on one, with the standard mode;
// checks by `is_set` that the mode is there after each call.
void check_mode(const std::function<void()>& set, const std::function<bool()>& is_set);

}  // namespace weir::test
