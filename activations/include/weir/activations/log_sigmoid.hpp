#pragma once

#include <cmath>
#include <string_view>

#include <weir/activations/wide_math.hpp>
#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = log(1 / (1 + exp(-x))) = min(0, x) - log(1 + exp(-|x|)), from -inf at -inf to -0 at +inf; dx = dy / (1 + exp(x)). NaN stays NaN.
struct LogSigmoid {
  static constexpr std::string_view name = "log_sigmoid";
  static constexpr Needs needs = Needs::x;

  template <class T>
  WEIR_HD T forward(T x) const {
    return math::rounded(-(math::log1p<T>(math::exp<T>(-std::fabs(double(x)))) - math::at_most(x, 0)), x);
  }
  template <class T>
  WEIR_HD T backward(T x, T dy) const {
    return math::rounded(dy * math::logistic<T>(-double(x)), x);
  }
};

}  // namespace weir
