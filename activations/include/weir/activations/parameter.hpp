#pragma once

#include <string_view>

namespace weir {

// A configurable number of an activation: its name in files and messages, and its range (it must always be finite). An activation F with
// such numbers lists them, and config(), describe() and validate() follow:
//   static constexpr std::array parameters{Parameter<F>{"negative_slope", &F::negative_slope}};
template <class F>
struct Parameter {
  std::string_view name;
  double F::*member;
  std::string_view expected = {};     // the range in words, for error messages: "a number above 0"
  bool (*holds)(const F&) = nullptr;  // whether the value is in range; null: any finite number
};

}  // namespace weir
