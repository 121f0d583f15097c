#pragma once

#include <array>
#include <string_view>

#include <weir/activations/parameter.hpp>
#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = x clamped to [min_val, max_val], also at -inf and +inf; dx = dy where min_val < y < max_val, else 0 (at both bounds and at NaN too).
// NaN stays NaN. The bounds are rounded to the type of x; min_val < max_val must hold for them as floats.
struct HardTanh {
  double min_val = -1;
  double max_val = 1;

  static constexpr bool ordered(const HardTanh& f) { return static_cast<float>(f.min_val) < static_cast<float>(f.max_val); }

  static constexpr std::string_view name = "hard_tanh";
  static constexpr Needs needs = Needs::y;
  static constexpr std::array parameters{Parameter<HardTanh>{"min_val", &HardTanh::min_val},
                                         Parameter<HardTanh>{"max_val", &HardTanh::max_val, "a number above min_val", &HardTanh::ordered}};

  template <class T>
  WEIR_HD T forward(T x) const {
    return x <= T(min_val) ? T(min_val) : x >= T(max_val) ? T(max_val) : x;
  }
  template <class T>
  WEIR_HD T backward(T y, T dy) const {
    return ((y > T(min_val)) & (y < T(max_val))) ? dy : T(0);
  }
};

}  // namespace weir
