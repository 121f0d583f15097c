#pragma once

#include <array>
#include <string_view>

#include <weir/activations/parameter.hpp>
#include <weir/activations/wide_math.hpp>
#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = x where x > 0, else alpha (exp(x / alpha) - 1), from -alpha at -inf to +inf; dx = dy where x > 0, else dy exp(x / alpha): smooth at
// 0. NaN stays NaN, -0 stays -0. alpha is rounded to the type of x and must be above 0. Barron, "Continuously differentiable exponential
// linear units" (2017).
struct CELU {
  double alpha = 1;

  static constexpr bool positive(const CELU& f) { return static_cast<float>(f.alpha) > 0; }

  static constexpr std::string_view name = "celu";
  static constexpr Needs needs = Needs::x;
  static constexpr std::array parameters{Parameter<CELU>{"alpha", &CELU::alpha, "a number above 0", &CELU::positive}};

  template <class T>
  WEIR_HD T forward(T x) const {
    return math::rounded(math::select(x > T(0), double(x), T(alpha) * math::expm1<T>(double(x) / T(alpha))), x);
  }
  template <class T>
  WEIR_HD T backward(T x, T dy) const {
    return math::rounded(dy * math::select(x > T(0), 1.0, math::exp<T>(double(x) / T(alpha))), x);
  }
};

}  // namespace weir
