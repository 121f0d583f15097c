#pragma once

#include <string_view>

#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = max(0, x). NaN stays NaN, -0 becomes +0, subnormals are kept. dx = dy where y > 0, else 0 (at 0 and NaN too, as numpy.greater).
struct ReLU {
  static constexpr std::string_view name = "relu";
  static constexpr Needs needs = Needs::y;

  template <class T>
  WEIR_HD T forward(T x) const {
    return x <= T(0) ? T(0) : x;
  }
  // A select, not mask * dy: 0 * inf would be NaN.
  template <class T>
  WEIR_HD T backward(T y, T dy) const {
    return y > T(0) ? dy : T(0);
  }
};

}  // namespace weir
