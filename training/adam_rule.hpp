#pragma once

#include <cmath>
#include <cstdint>
#include <weir/core/host_device.hpp>
#include <weir/training/adam.hpp>

namespace weir {

// Adam of one parameter, for both devices; m and v are its running mean and mean square.
template <class T>
struct AdamRule {
  static constexpr int moments = 2;
  T keep1, take1, keep2, take2, weight_decay, eps, step_size, root_scale;

  WEIR_HD AdamRule(const AdamOptions& options, double learning_rate, std::uint64_t step)
      : keep1(static_cast<T>(options.beta1)),
        take1(static_cast<T>(1 - options.beta1)),
        keep2(static_cast<T>(options.beta2)),
        take2(static_cast<T>(1 - options.beta2)),
        weight_decay(static_cast<T>(options.weight_decay)),
        eps(static_cast<T>(options.eps)) {
    const double t = static_cast<double>(step);
    step_size = static_cast<T>(learning_rate / (1 - std::pow(options.beta1, t)));
    root_scale = static_cast<T>(1 / std::sqrt(1 - std::pow(options.beta2, t)));
  }

  WEIR_HD void operator()(T& w, T g, T& m, T& v) const {
    const T d = g + weight_decay * w;
    m = keep1 * m + take1 * d;
    v = keep2 * v + take2 * d * d;
    w -= step_size * m / (std::sqrt(v) * root_scale + eps);
  }
};

}  // namespace weir
