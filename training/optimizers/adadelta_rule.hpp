#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <weir/core/host_device.hpp>
#include <weir/training/adadelta.hpp>

#include "training/optimizers/rule.hpp"

namespace weir {

// Adadelta of one parameter, for both devices; v and u are the running mean squares of its gradients and of its steps.
template <class T>
struct AdadeltaRule {
  static constexpr std::array moments{"square_avg", "acc_delta"};
  T lr, keep, take, eps, weight_decay;

  WEIR_HD AdadeltaRule(const AdadeltaOptions& options, double learning_rate, std::uint64_t)
      : lr(static_cast<T>(learning_rate)),
        keep(static_cast<T>(options.rho)),
        take(static_cast<T>(1 - options.rho)),
        eps(static_cast<T>(options.eps)),
        weight_decay(static_cast<T>(options.weight_decay)) {}

  WEIR_HD void operator()(T& w, T g, T& v, T& u) const {
    const T d = g + weight_decay * w;
    v = keep * v + take * d * d;
    const T step = std::sqrt(u + eps) / std::sqrt(v + eps) * d;
    u = keep * u + take * step * step;
    w -= lr * step;
  }
};

RuleOf<AdadeltaRule> rule_of(const AdadeltaOptions& options);

// With |w|, v, u, |g|, lr <= L, M = the largest number of dtype, and D = L (1 + weight_decay): |d| <= D, v' <= L + D^2,
// s^2 <= (L + eps) / eps D^2 = (L / eps + 1) D^2. With L as below L^3 (1 + weight_decay)^2 / eps and D^2 are at most M / 16, so s^2 is at
// most M / 8 and lr |s| <= (M / 16)^(1/3) sqrt(M / 8) as well.
inline double safe_magnitude(const AdadeltaOptions& options, DType dtype) {
  const double decay = rounded(options.weight_decay, dtype), eps = rounded(options.eps, dtype), most = largest_finite(dtype) / 16;
  return std::isfinite(decay) && eps <= most ? std::cbrt(most * std::min(eps, 1.0)) / (1 + decay) : 0;
}

}  // namespace weir
