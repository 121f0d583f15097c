#pragma once

#include <cmath>
#include <cstdint>
#include <weir/core/host_device.hpp>
#include <weir/training/adagrad.hpp>

namespace weir {

// Adagrad of one parameter, for both devices; s is the sum of its squared gradients, what it began with apart.
template <class T>
struct AdagradRule {
  static constexpr int moments = 1;
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

}  // namespace weir
