#pragma once

#include <array>
#include <cmath>
#include <string_view>

#include <weir/activations/parameter.hpp>
#include <weir/activations/wide_math.hpp>
#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = log(1 + exp(beta x)) / beta where beta x <= threshold, else x, from 0 at -inf to +inf; dx = dy / (1 + exp(-beta x)), or dy above the
// threshold (where y jumps by about exp(-threshold) / beta). NaN stays NaN. Both numbers are rounded to the type of x; beta must be above
// 0.
struct Softplus {
  double beta = 1;
  double threshold = 20;

  static constexpr bool positive(const Softplus& f) { return static_cast<float>(f.beta) > 0; }

  static constexpr std::string_view name = "softplus";
  static constexpr Needs needs = Needs::x;
  static constexpr std::array parameters{Parameter<Softplus>{"beta", &Softplus::beta, "a number above 0", &Softplus::positive},
                                         Parameter<Softplus>{"threshold", &Softplus::threshold}};

  template <class T>
  WEIR_HD T forward(T x) const {
    const double z = double(x) * T(beta);
    const double y = (math::at_least(z, 0) + math::log1p<T>(math::exp<T>(-std::fabs(z)))) / T(beta);
    return math::rounded(math::select(z > T(threshold), double(x), y), x);
  }
  template <class T>
  WEIR_HD T backward(T x, T dy) const {
    const double z = double(x) * T(beta);
    return math::rounded(dy * math::select(z > T(threshold), 1.0, math::logistic<T>(z)), x);
  }
};

}  // namespace weir
