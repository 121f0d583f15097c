#pragma once

#include <cstdint>
#include <weir/core/host_device.hpp>
#include <weir/training/sgd.hpp>

namespace weir {

// SGD of one parameter without momentum, for both devices.
template <class T>
struct SGDRule {
  static constexpr int moments = 0;
  T lr, weight_decay;

  WEIR_HD SGDRule(const SGDOptions& options, double learning_rate, std::uint64_t)
      : lr(static_cast<T>(learning_rate)), weight_decay(static_cast<T>(options.weight_decay)) {}

  WEIR_HD void operator()(T& w, T g) const { w -= lr * (g + weight_decay * w); }
};

// SGD of one parameter with momentum; b is its running direction.
template <class T>
struct MomentumRule {
  static constexpr int moments = 1;
  T lr, weight_decay, keep, take, ahead, plain;

  // In the first step b = d. What is stepped along is plain d + ahead b: Nesterov's form or b itself.
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

}  // namespace weir
