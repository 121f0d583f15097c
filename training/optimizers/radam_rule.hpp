#pragma once

#include <array>
#include <weir/training/radam.hpp>

#include "training/optimizers/adam_rule.hpp"

namespace weir {

// RAdam of one parameter, for both devices; m and v are its running mean and mean square.
template <class T>
struct RAdamRule {
  static constexpr std::array moments{"exp_avg", "exp_avg_sq"};
  AdamMoments<T> mean;
  T weight_decay, eps, step_size;
  T root, plain;  // divides by root (sqrt(v) + eps) + plain; root = 0 and plain = 1 while r <= 5, else 1 and 0

  WEIR_HD RAdamRule(const RAdamOptions& options, double learning_rate, std::uint64_t step)
      : mean(options.beta1, options.beta2), weight_decay(static_cast<T>(options.weight_decay)), eps(static_cast<T>(options.eps)) {
    const double t = static_cast<double>(step), power = std::pow(options.beta2, t);
    const double most = 2 / (1 - options.beta2) - 1, length = most - 2 * t * power / (1 - power);
    const bool known = length > 5;
    const double rectified =
        known ? std::sqrt((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length)) * std::sqrt(1 - power) : 1;
    step_size = static_cast<T>(learning_rate / (1 - std::pow(options.beta1, t)) * rectified);
    root = known ? T(1) : T(0);
    plain = known ? T(0) : T(1);
  }

  WEIR_HD void operator()(T& w, T g, T& m, T& v) const {
    mean.take(g + weight_decay * w, m, v);
    w -= step_size * m / (root * (std::sqrt(v) + eps) + plain);
  }
};

RuleOf<RAdamRule> rule_of(const RAdamOptions& options);

// As Adam's (see adam_rule.hpp): the rectifying factors are at most 1, and the divisor is 1 or at least eps.
inline double safe_magnitude(const RAdamOptions& options, DType dtype) { return adam_safe_magnitude(options, dtype); }

}  // namespace weir
