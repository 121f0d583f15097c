#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <weir/core/host_device.hpp>
#include <weir/training/adagrad.hpp>

#include "training/optimizers/rule.hpp"

namespace weir {

// Adagrad of one parameter, for both devices; s is the sum of its squared gradients, without initial_accumulator_value.
template <class T>
struct AdagradRule {
  static constexpr std::array moments{"sum"};
  T lr, weight_decay, eps, initial;

  WEIR_HD AdagradRule(const AdagradOptions& options, double learning_rate, std::uint64_t step)
      : lr(static_cast<T>(learning_rate / (1 + static_cast<double>(step - 1) * options.lr_decay))),
        weight_decay(static_cast<T>(options.weight_decay)),
        eps(static_cast<T>(options.eps)),
        initial(static_cast<T>(options.initial_accumulator_value)) {}

  WEIR_HD void operator()(T& w, T g, T& s) const {
    const T d = g + weight_decay * w;
    s += d * d;
    w -= lr * d / (std::sqrt(initial + s) + eps);
  }
};

RuleOf<AdagradRule> rule_of(const AdagradOptions& options);

// With |w|, s, |g|, lr <= L, M = the largest number of dtype, and D = L (1 + weight_decay): |d| <= D, s' <= L + D^2, and the step is at
// most L D / eps. With L as below D^2 and L D / eps are at most M / 8.
inline double safe_magnitude(const AdagradOptions& options, DType dtype) {
  const double decay = rounded(options.weight_decay, dtype), eps = rounded(options.eps, dtype), most = largest_finite(dtype) / 8;
  if (!std::isfinite(decay) || options.initial_accumulator_value > most) return 0;
  return std::sqrt(most * std::min(eps, 1.0)) / (1 + decay);
}

}  // namespace weir
