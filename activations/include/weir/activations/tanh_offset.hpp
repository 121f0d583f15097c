#pragma once

#include <string_view>

#include <weir/activations/math.hpp>
#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = (1 + tanh(x)) / 2 = sigmoid(2 x), from 0 at -inf to 1 at +inf; dx = dy 2 y (1 - y), which is dy / (cosh(2 x) + 1). NaN stays NaN.
// Called Tanh_offset in the library crysx_nn.
struct TanhOffset {
  static constexpr std::string_view name = "tanh_offset";
  static constexpr Needs needs = Needs::y;

  template <class T>
  WEIR_HD T forward(T x) const {
    return math::sigmoid(x + x);
  }
  template <class T>
  WEIR_HD T backward(T y, T dy) const {
    return dy * (T(2) * (y * (T(1) - y)));
  }
};

}  // namespace weir
