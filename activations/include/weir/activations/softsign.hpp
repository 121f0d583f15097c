#pragma once

#include <cmath>
#include <string_view>

#include <weir/activations/wide_math.hpp>
#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = x / (1 + |x|), from -1 at -inf to 1 at +inf; dx = dy (1 - |y|)^2. NaN stays NaN, -0 stays -0.
struct Softsign {
  static constexpr std::string_view name = "softsign";
  static constexpr Needs needs = Needs::y;

  // |y| is 1 beyond 2^60, in double too; the clamp avoids inf / inf = NaN.
  template <class T>
  WEIR_HD T forward(T x) const {
    const double z = math::within(x, 0x1p60);
    return math::rounded(z / (1 + std::fabs(z)), x);
  }
  template <class T>
  WEIR_HD T backward(T y, T dy) const {
    const T rest = T(1) - std::fabs(y);
    return dy * (rest * rest);
  }
};

}  // namespace weir
