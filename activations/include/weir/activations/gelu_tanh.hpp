#pragma once

#include <string_view>

#include <weir/activations/wide_math.hpp>
#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = x (1 + tanh(u)) / 2 = x s(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3), s the sigmoid, from -0 at -inf to +inf;
// dx = dy s (1 + x (1 - s) 2 u'). NaN stays NaN, -0 stays -0. PyTorch's GELU(approximate="tanh"), from the same paper as GELU.
struct GELUTanh {
  static constexpr double two_root = 1.5957691216057308;  // 2 sqrt(2 / pi)
  static constexpr double cubic = 0.044715;

  static constexpr std::string_view name = "gelu_tanh";
  static constexpr Needs needs = Needs::x;

  // y is 0 below -40, in double too; the clamp avoids -inf * 0 = NaN.
  template <class T>
  WEIR_HD T forward(T x) const {
    const double z = math::at_least(x, -40);
    return math::rounded(z * math::logistic<T>(two_root * (z + cubic * z * z * z)), x);
  }
  template <class T>
  WEIR_HD T backward(T x, T dy) const {
    const double z = math::within(x, 40);
    const double s = math::logistic<T>(two_root * (z + cubic * z * z * z));
    return math::rounded(dy * (s * (1 + z * (1 - s) * (two_root * (1 + 3 * cubic * z * z)))), x);
  }
};

}  // namespace weir
