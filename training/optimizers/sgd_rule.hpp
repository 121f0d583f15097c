#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <weir/core/host_device.hpp>
#include <weir/training/sgd.hpp>

#include "core/options.hpp"
#include "training/optimizers/rule.hpp"

namespace weir {

// SGD of one parameter without momentum, for both devices.
template <class T>
struct SGDRule {
  static constexpr std::array<const char*, 0> moments{};
  T lr, weight_decay;

  WEIR_HD SGDRule(const SGDOptions& options, double learning_rate, std::uint64_t)
      : lr(static_cast<T>(learning_rate)), weight_decay(static_cast<T>(options.weight_decay)) {}

  WEIR_HD void operator()(T& w, T g) const { w -= lr * (g + weight_decay * w); }
};

// SGD of one parameter with momentum; b is PyTorch's momentum_buffer.
template <class T>
struct MomentumRule {
  static constexpr std::array moments{"momentum_buffer"};
  T lr, weight_decay, keep, take, ahead, plain;

  // In the first step b = d. The step is along plain d + ahead b: with Nesterov d + momentum b, else b.
  WEIR_HD MomentumRule(const SGDOptions& options, double learning_rate, std::uint64_t step)
      : lr(static_cast<T>(learning_rate)),
        weight_decay(static_cast<T>(options.weight_decay)),
        keep(static_cast<T>(options.momentum)),
        take(step == 1 ? T(1) : static_cast<T>(1 - options.dampening)),
        ahead(options.nesterov ? static_cast<T>(options.momentum) : T(1)),
        plain(options.nesterov ? T(1) : T(0)) {}

  WEIR_HD void operator()(T& w, T g, T& b) const {
    const T d = g + weight_decay * w;
    b = keep * b + take * d;
    w -= lr * (plain * d + ahead * b);
  }
};

template <class F>
auto with_rule(const SGDOptions& options, F f) {
  return options.momentum == 0 ? f(RuleOf<SGDRule>()) : f(RuleOf<MomentumRule>());
}

inline void check_together(const SGDOptions& options) {
  if (!options.nesterov) return;
  require_option(options.name, "momentum", options.momentum, options.momentum > 0, "a number above 0 with nesterov");
  require_option(options.name, "dampening", options.dampening, options.dampening == 0, "0 with nesterov");
}

// With |w|, |b|, |g|, lr <= L and M = the largest number of dtype: |d| <= L (1 + weight_decay), |b'| <= L + |d|, and
// lr |d + momentum b'| <= L (L + 2 |d|) <= 3 L^2 (1 + weight_decay). With L as below that is at most 3/8 M, and |w'| below M.
inline double safe_magnitude(const SGDOptions& options, DType dtype) {
  const double decay = rounded(options.weight_decay, dtype);
  return std::isfinite(decay) ? std::sqrt(largest_finite(dtype) / 8) / (1 + decay) : 0;
}

}  // namespace weir
