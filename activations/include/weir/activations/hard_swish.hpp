#pragma once

#include <string_view>

#include <weir/activations/wide_math.hpp>
#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = x min(max(0, x + 3), 6) / 6, from -0 at -inf to +inf; dx = 0 where x < -3, dy where x > 3, else dy (x / 3 + 1 / 2), at -3 and 3
// too. NaN stays NaN, -0 stays -0. Howard et al., "Searching for MobileNetV3" (2019).
struct HardSwish {
  static constexpr std::string_view name = "hard_swish";
  static constexpr Needs needs = Needs::x;

  template <class T>
  WEIR_HD T forward(T x) const {
    const double z = math::at_least(x, -3);  // avoids -inf * 0 = NaN
    return math::rounded(z * (math::at_most(z + 3, 6) / 6), x);
  }
  template <class T>
  WEIR_HD T backward(T x, T dy) const {
    return math::rounded(dy * math::select(x < T(-3), 0.0, math::select(x > T(3), 1.0, double(x) / 3 + 0.5)), x);
  }
};

}  // namespace weir
