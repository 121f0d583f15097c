#pragma once

#include <string_view>

namespace weir {

// A number that an activation carries, by its name in files. An activation F that has some lists them:
//   static constexpr std::array parameters{Parameter<F>{"negative_slope", &F::negative_slope}};
template <class F>
struct Parameter {
  std::string_view name;
  double F::*member;
};

}  // namespace weir
