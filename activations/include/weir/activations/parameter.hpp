#pragma once

#include <string_view>

namespace weir {

// A number that an activation carries, by its name in files, and what it must be besides finite. An activation F that has some lists them:
//   static constexpr std::array parameters{Parameter<F>{"negative_slope", &F::negative_slope}};
template <class F>
struct Parameter {
  std::string_view name;
  double F::*member;
  std::string_view expected = {};     // "a number above 0"
  bool (*holds)(const F&) = nullptr;  // whether it is that
};

}  // namespace weir
