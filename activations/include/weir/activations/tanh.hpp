#pragma once

#include <string_view>

#include <weir/activations/math.hpp>
#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = tanh(x), from -1 at -inf to 1 at +inf; dx = dy (1 - y^2). NaN stays NaN, -0 stays -0.
struct Tanh {
  static constexpr std::string_view name = "tanh";
  static constexpr Needs needs = Needs::y;

  template <class T>
  WEIR_HD T forward(T x) const {
    return math::tanh(x);
  }
  // (1 - y)(1 + y) instead of 1 - y * y, which loses digits to cancellation where y is near -1 or 1.
  template <class T>
  WEIR_HD T backward(T y, T dy) const {
    return dy * ((T(1) - y) * (T(1) + y));
  }
};

}  // namespace weir
