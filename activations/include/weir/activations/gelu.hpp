#pragma once

#include <string_view>

#include <weir/activations/wide_math.hpp>
#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = x Phi(x), Phi the standard normal distribution (1 + erf(x / sqrt(2))) / 2, from -0 at -inf to +inf;
// dx = dy (Phi(x) + x exp(-x^2 / 2) / sqrt(2 pi)). NaN stays NaN, -0 stays -0. Hendrycks, Gimpel, "Gaussian error linear units" (2016).
struct GELU {
  static constexpr std::string_view name = "gelu";
  static constexpr Needs needs = Needs::x;

  // y is 0 below -normal_end; the clamp avoids -inf * 0 = NaN.
  template <class T>
  WEIR_HD T forward(T x) const {
    const double z = math::at_least(x, -math::normal_end<T>);
    return math::rounded(z * math::normal_distribution<T>(math::at_most(z, math::normal_end<T>)), x);
  }
  template <class T>
  WEIR_HD T backward(T x, T dy) const {
    const double z = math::within(x, math::normal_end<T>);
    return math::rounded(dy * (math::normal_distribution<T>(z) + z * math::normal_density<T>(z)), x);
  }
};

}  // namespace weir
