#pragma once

#include <string_view>

#include <weir/activations/wide_math.hpp>
#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = scale x where x > 0, else scale alpha (exp(x) - 1), from -1.758 at -inf to +inf; dx = dy scale where x > 0, else
// dy scale alpha exp(x) (at 0 too, where the derivative jumps). NaN stays NaN, -0 stays -0. alpha and scale are the paper's constants, for
// which activations of mean 0 and variance 1 keep them from layer to layer: Klambauer, Unterthiner, Mayr, Hochreiter, "Self-normalizing
// neural networks" (2017).
struct SELU {
  static constexpr double alpha = 1.6732632423543772848170429916717;
  static constexpr double scale = 1.0507009873554804934193349852946;

  static constexpr std::string_view name = "selu";
  static constexpr Needs needs = Needs::x;

  template <class T>
  WEIR_HD T forward(T x) const {
    return math::rounded(scale * math::select(x > T(0), double(x), alpha * math::expm1<T>(x)), x);
  }
  template <class T>
  WEIR_HD T backward(T x, T dy) const {
    return math::rounded(dy * (scale * math::select(x > T(0), 1.0, alpha * math::exp<T>(x))), x);
  }
};

}  // namespace weir
