#pragma once

#include <array>
#include <string_view>

#include <weir/activations/parameter.hpp>
#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = x where x > 0, else negative_slope * x; dx = dy where x > 0, else negative_slope * dy (at 0 and NaN too, as in PyTorch).
// The slope is rounded to the type of x and may be negative. With a slope of 0 an x of -inf gives NaN (0 * -inf): use ReLU instead.
struct LeakyReLU {
  double negative_slope = 0.01;

  static constexpr std::string_view name = "leaky_relu";
  static constexpr Needs needs = Needs::x;
  static constexpr std::array parameters{Parameter<LeakyReLU>{"negative_slope", &LeakyReLU::negative_slope}};

  template <class T>
  WEIR_HD T forward(T x) const {
    return x > T(0) ? x : T(negative_slope) * x;
  }
  template <class T>
  WEIR_HD T backward(T x, T dy) const {
    return x > T(0) ? dy : T(negative_slope) * dy;
  }
};

}  // namespace weir
