#pragma once

#include <string_view>

#include <weir/activations/wide_math.hpp>
#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = x / (1 + exp(-x)) = x s(x), s the sigmoid, from -0 at -inf to +inf; dx = dy s (1 + x (1 - s)). NaN stays NaN, -0 stays -0.
// Elfwing, Uchibe, Doya, "Sigmoid-weighted linear units" (2018).
struct SiLU {
  static constexpr std::string_view name = "silu";
  static constexpr Needs needs = Needs::x;

  // y is 0 below -800, in double too; the clamp avoids -inf * 0 = NaN.
  template <class T>
  WEIR_HD T forward(T x) const {
    const double z = math::at_least(x, -800);
    return math::rounded(z * math::logistic<T>(z), x);
  }
  template <class T>
  WEIR_HD T backward(T x, T dy) const {
    const double z = math::within(x, 800);
    const double s = math::logistic<T>(z);
    return math::rounded(dy * (s * (1 + z * (1 - s))), x);
  }
};

}  // namespace weir
