#pragma once

#include <string_view>

#include <weir/activations/math.hpp>
#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = min(max(0, x + 3), 6) / 6, from 0 at -inf to 1 at +inf; dx = dy / 6 where -3 < x < 3, else 0 (at -3, 3 and NaN too). NaN stays NaN.
struct HardSigmoid {
  static constexpr std::string_view name = "hard_sigmoid";
  static constexpr Needs needs = Needs::x;

  template <class T>
  WEIR_HD T forward(T x) const {
    return math::select(x <= T(-3), T(0), math::select(x >= T(3), T(1), (x + T(3)) / T(6)));
  }
  template <class T>
  WEIR_HD T backward(T x, T dy) const {
    return math::select((x > T(-3)) & (x < T(3)), dy / T(6), T(0));
  }
};

}  // namespace weir
