#pragma once

#include <array>
#include <string_view>

#include <weir/activations/parameter.hpp>
#include <weir/activations/wide_math.hpp>
#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = x where x > 0, else alpha (exp(x) - 1), from -alpha at -inf to +inf; dx = dy where x > 0, else dy alpha exp(x), at 0
// too. NaN stays NaN, -0 stays -0. Clevert, Unterthiner, Hochreiter, "Fast and accurate deep network learning by exponential linear units"
// (2016).
struct ELU {
  double alpha = 1;

  static constexpr std::string_view name = "elu";
  static constexpr Needs needs = Needs::x;
  static constexpr std::array parameters{Parameter<ELU>{"alpha", &ELU::alpha}};

  template <class T>
  WEIR_HD T forward(T x) const {
    return math::rounded(math::select(x > T(0), double(x), T(alpha) * math::expm1<T>(x)), x);
  }
  template <class T>
  WEIR_HD T backward(T x, T dy) const {
    return math::rounded(dy * math::select(x > T(0), 1.0, T(alpha) * math::exp<T>(x)), x);
  }
};

}  // namespace weir
