#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <weir/core/host_device.hpp>
#include <weir/training/adam.hpp>

#include "training/optimizers/rule.hpp"

namespace weir {

// The running mean and mean square of a gradient, for Adam and its variants.
template <class T>
struct AdamMoments {
  T keep1, take1, keep2, take2;

  WEIR_HD AdamMoments(double beta1, double beta2)
      : keep1(static_cast<T>(beta1)), take1(static_cast<T>(1 - beta1)), keep2(static_cast<T>(beta2)), take2(static_cast<T>(1 - beta2)) {}

  WEIR_HD void take(T d, T& m, T& v) const {
    m = keep1 * m + take1 * d;
    v = keep2 * v + take2 * d * d;
  }
};

// Adam of one parameter, for both devices; m and v are its running mean and mean square.
template <class T>
struct AdamRule {
  static constexpr std::array moments{"exp_avg", "exp_avg_sq"};
  AdamMoments<T> mean;
  T weight_decay, eps, step_size, root_scale;

  WEIR_HD AdamRule(const AdamOptions& options, double learning_rate, std::uint64_t step)
      : mean(options.beta1, options.beta2), weight_decay(static_cast<T>(options.weight_decay)), eps(static_cast<T>(options.eps)) {
    const double t = static_cast<double>(step);
    step_size = static_cast<T>(learning_rate / (1 - std::pow(options.beta1, t)));
    root_scale = static_cast<T>(1 / std::sqrt(1 - std::pow(options.beta2, t)));
  }

  WEIR_HD void operator()(T& w, T g, T& m, T& v) const {
    mean.take(g + weight_decay * w, m, v);
    w -= step_size * m / (std::sqrt(v) * root_scale + eps);
  }
};

// AMSGrad: the same with u, the largest v so far, under the root.
template <class T>
struct AMSGradRule : AdamRule<T> {
  static constexpr std::array moments{"exp_avg", "exp_avg_sq", "max_exp_avg_sq"};
  using AdamRule<T>::AdamRule;

  WEIR_HD void operator()(T& w, T g, T& m, T& v, T& u) const {
    this->mean.take(g + this->weight_decay * w, m, v);
    u = v > u ? v : u;
    w -= this->step_size * m / (std::sqrt(u) * this->root_scale + this->eps);
  }
};

template <class F>
auto with_rule(const AdamOptions& options, F f) {
  return options.amsgrad ? f(RuleOf<AMSGradRule>()) : f(RuleOf<AdamRule>());
}

// safe_magnitude of Adam and of its variants that step by at most lr |m| / ((1 - beta1) eps), with moments of d = g + weight_decay w.
template <class Options>
double adam_safe_magnitude(const Options& options, DType dtype) {
  const double decay = rounded(options.weight_decay, dtype), eps = rounded(options.eps, dtype);
  return std::isfinite(decay) ? std::sqrt(largest_finite(dtype) / 8 * (1 - options.beta1) * std::min(eps, 1.0)) / (1 + decay) : 0;
}

// With |w|, |m|, v, u, |g|, lr <= L, M = the largest number of dtype, and D = L (1 + weight_decay): |d| <= D, |m'| <= D, v' <= L + D^2,
// and as 1 - beta1^t >= 1 - beta1 and the divisor is at least eps, the step is at most D^2 / ((1 - beta1) eps). With L as below
// D^2 <= M / 8 and so is the step; sqrt(v') / sqrt(1 - beta2^t) <= 1e8 sqrt(M) is far from M.
inline double safe_magnitude(const AdamOptions& options, DType dtype) { return adam_safe_magnitude(options, dtype); }

}  // namespace weir
