#pragma once

#include <cmath>
#include <cstdint>
#include <weir/core/host_device.hpp>
#include <weir/training/adadelta.hpp>

namespace weir {

// Adadelta of one parameter, for both devices; v and u are the running mean squares of its gradients and of its steps.
template <class T>
struct AdadeltaRule {
  static constexpr int moments = 2;
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

}  // namespace weir
