#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <weir/core/host_device.hpp>
#include <weir/training/lion.hpp>

#include "training/optimizers/rule.hpp"

namespace weir {

// Lion of one parameter, for both devices; m is its running mean.
template <class T>
struct LionRule {
  static constexpr std::array moments{"exp_avg"};
  T lr, weight_decay, keep1, take1, keep2, take2;

  WEIR_HD LionRule(const LionOptions& options, double learning_rate, std::uint64_t)
      : lr(static_cast<T>(learning_rate)),
        weight_decay(static_cast<T>(options.weight_decay)),
        keep1(static_cast<T>(options.beta1)),
        take1(static_cast<T>(1 - options.beta1)),
        keep2(static_cast<T>(options.beta2)),
        take2(static_cast<T>(1 - options.beta2)) {}

  WEIR_HD void operator()(T& w, T g, T& m) const {
    const T c = keep1 * m + take1 * g;
    const T sign = c > T(0) ? T(1) : c < T(0) ? T(-1) : c;  // 0 for 0, NaN for NaN
    w -= lr * (sign + weight_decay * w);
    m = keep2 * m + take2 * g;
  }
};

RuleOf<LionRule> rule_of(const LionOptions& options);

// With |w|, |m|, |g|, lr <= L and M = the largest number of dtype: the means are at most L, and the step is at most L (1 + weight_decay L).
// With L as below L^2 (1 + weight_decay)^2 <= M / 8.
inline double safe_magnitude(const LionOptions& options, DType dtype) {
  const double decay = rounded(options.weight_decay, dtype);
  return std::isfinite(decay) ? std::sqrt(largest_finite(dtype) / 8) / (1 + decay) : 0;
}

}  // namespace weir
