#pragma once

#include <string_view>

#include <weir/activations/wide_math.hpp>
#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = x tanh(log(1 + exp(x))) = x n / (n + 2), n = e (e + 2), e = exp(x), from -0 at -inf to +inf;
// dx = dy (n / (n + 2) + 4 x e (e + 1) / (n + 2)^2). NaN stays NaN, -0 stays -0. Misra, "Mish: a self regularized activation" (2020).
struct Mish {
  static constexpr std::string_view name = "mish";
  static constexpr Needs needs = Needs::x;

  // y is 0 below -800, in double too, and n / (n + 2) rounds to 1 from 40 on: the clamps avoid -inf * 0 and inf / inf.
  template <class T>
  WEIR_HD T forward(T x) const {
    const double z = math::at_least(x, -800);
    const double e = math::exp<T>(math::at_most(z, 40));
    const double n = e * (e + 2);
    return math::rounded(z * (n / (n + 2)), x);
  }
  template <class T>
  WEIR_HD T backward(T x, T dy) const {
    const double z = math::at_most(math::at_least(x, -800), 40);
    const double e = math::exp<T>(z);
    const double n = e * (e + 2);
    return math::rounded(dy * ((n + 4 * z * e * (e + 1) / (n + 2)) / (n + 2)), x);
  }
};

}  // namespace weir
