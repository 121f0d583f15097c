#pragma once

#include <array>
#include <string_view>

#include <weir/activations/parameter.hpp>
#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = x where x > threshold, else value, from value at -inf to +inf; dx = dy where x > threshold, else 0 (at the threshold and NaN too).
// NaN stays NaN. Both numbers are rounded to the type of x. The defaults, which PyTorch's Threshold does not have, compute ReLU.
struct Threshold {
  double threshold = 0;
  double value = 0;

  static constexpr std::string_view name = "threshold";
  static constexpr Needs needs = Needs::x;
  static constexpr std::array parameters{Parameter<Threshold>{"threshold", &Threshold::threshold},
                                         Parameter<Threshold>{"value", &Threshold::value}};

  template <class T>
  WEIR_HD T forward(T x) const {
    return x <= T(threshold) ? T(value) : x;
  }
  template <class T>
  WEIR_HD T backward(T x, T dy) const {
    return x > T(threshold) ? dy : T(0);
  }
};

}  // namespace weir
