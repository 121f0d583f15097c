#pragma once

#include <cmath>
#include <cstdint>
#include <weir/core/host_device.hpp>
#include <weir/training/adam.hpp>

namespace weir {

// The running mean and mean square that Adam and its kin keep of a gradient.
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
  static constexpr int moments = 2;
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

// The same with the largest v so far, u, under the root.
template <class T>
struct AMSGradRule : AdamRule<T> {
  static constexpr int moments = 3;
  using AdamRule<T>::AdamRule;

  WEIR_HD void operator()(T& w, T g, T& m, T& v, T& u) const {
    this->mean.take(g + this->weight_decay * w, m, v);
    u = v > u ? v : u;
    w -= this->step_size * m / (std::sqrt(u) * this->root_scale + this->eps);
  }
};

}  // namespace weir
