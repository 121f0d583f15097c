#pragma once

#include <string_view>

#include <weir/activations/math.hpp>
#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = 1 / (1 + exp(-x)), from 0 at -inf to 1 at +inf; dx = dy y (1 - y). NaN stays NaN. No intermediate result overflows.
struct Sigmoid {
  static constexpr std::string_view name = "sigmoid";
  static constexpr Needs needs = Needs::y;

  template <class T>
  WEIR_HD T forward(T x) const {
    return math::sigmoid(x);
  }
  template <class T>
  WEIR_HD T backward(T y, T dy) const {
    return dy * (y * (T(1) - y));
  }
};

}  // namespace weir
