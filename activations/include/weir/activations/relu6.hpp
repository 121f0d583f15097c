#pragma once

#include <string_view>

#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = min(max(0, x), 6), from 0 at -inf to 6 at +inf; dx = dy where 0 < y < 6, else 0 (at 0, 6 and NaN too). NaN stays
// NaN, -0 becomes +0. Krizhevsky, "Convolutional deep belief networks on CIFAR-10" (2010).
struct ReLU6 {
  static constexpr std::string_view name = "relu6";
  static constexpr Needs needs = Needs::y;

  template <class T>
  WEIR_HD T forward(T x) const {
    return x <= T(0) ? T(0) : x >= T(6) ? T(6) : x;
  }
  template <class T>
  WEIR_HD T backward(T y, T dy) const {
    return ((y > T(0)) & (y < T(6))) ? dy : T(0);
  }
};

}  // namespace weir
