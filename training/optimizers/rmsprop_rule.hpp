#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <weir/core/host_device.hpp>
#include <weir/training/rmsprop.hpp>

#include "training/optimizers/rule.hpp"

namespace weir {

// RMSprop of one parameter, for both devices. v is the running mean square, a the running mean (centred), b the direction (momentum).
template <class T>
struct RMSpropRule {
  static constexpr std::array moments{"square_avg"};
  T lr, keep, take, eps, weight_decay, momentum;

  WEIR_HD RMSpropRule(const RMSpropOptions& options, double learning_rate, std::uint64_t)
      : lr(static_cast<T>(learning_rate)),
        keep(static_cast<T>(options.alpha)),
        take(static_cast<T>(1 - options.alpha)),
        eps(static_cast<T>(options.eps)),
        weight_decay(static_cast<T>(options.weight_decay)),
        momentum(static_cast<T>(options.momentum)) {}

  // The gradient divided by its root mean square, or standard deviation if centred.
  WEIR_HD T scaled(T d, T& v) const {
    v = keep * v + take * d * d;
    return d / (std::sqrt(v) + eps);
  }
  WEIR_HD T scaled(T d, T& v, T& a) const {
    v = keep * v + take * d * d;
    a = keep * a + take * d;
    const T variance = v - a * a;
    return d / (std::sqrt(variance < T(0) ? T(0) : variance) + eps);  // negative only by rounding
  }

  WEIR_HD void operator()(T& w, T g, T& v) const { w -= lr * scaled(g + weight_decay * w, v); }
};

template <class T>
struct RMSpropMomentumRule : RMSpropRule<T> {
  static constexpr std::array moments{"square_avg", "momentum_buffer"};
  using RMSpropRule<T>::RMSpropRule;

  WEIR_HD void operator()(T& w, T g, T& v, T& b) const {
    b = this->momentum * b + this->scaled(g + this->weight_decay * w, v);
    w -= this->lr * b;
  }
};

template <class T>
struct RMSpropCenteredRule : RMSpropRule<T> {
  static constexpr std::array moments{"square_avg", "grad_avg"};
  using RMSpropRule<T>::RMSpropRule;

  WEIR_HD void operator()(T& w, T g, T& v, T& a) const { w -= this->lr * this->scaled(g + this->weight_decay * w, v, a); }
};

template <class T>
struct RMSpropCenteredMomentumRule : RMSpropRule<T> {
  static constexpr std::array moments{"square_avg", "grad_avg", "momentum_buffer"};
  using RMSpropRule<T>::RMSpropRule;

  WEIR_HD void operator()(T& w, T g, T& v, T& a, T& b) const {
    b = this->momentum * b + this->scaled(g + this->weight_decay * w, v, a);
    w -= this->lr * b;
  }
};

template <class F>
auto with_rule(const RMSpropOptions& options, F f) {
  if (options.momentum == 0) return options.centered ? f(RuleOf<RMSpropCenteredRule>()) : f(RuleOf<RMSpropRule>());
  return options.centered ? f(RuleOf<RMSpropCenteredMomentumRule>()) : f(RuleOf<RMSpropMomentumRule>());
}

// With |w|, v, |a|, |b|, |g|, lr <= L, M = the largest number of dtype, and D = L (1 + weight_decay): |d| <= D, v' <= L + D^2, a'^2 <= D^2,
// |b'| <= L + D / eps, and the step is at most L^2 + L D / eps. With L as below D^2, D / eps and L D / eps are at most M / 8.
inline double safe_magnitude(const RMSpropOptions& options, DType dtype) {
  const double decay = rounded(options.weight_decay, dtype), eps = rounded(options.eps, dtype), most = largest_finite(dtype) / 8;
  return std::isfinite(decay) ? std::min(std::sqrt(most * std::min(eps, 1.0)), most * eps) / (1 + decay) : 0;
}

}  // namespace weir
