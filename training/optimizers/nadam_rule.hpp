#pragma once

#include <array>
#include <weir/training/nadam.hpp>

#include "training/optimizers/adam_rule.hpp"

namespace weir {

// NAdam of one parameter, for both devices; m and v are its running mean and mean square.
template <class T>
struct NAdamRule {
  static constexpr std::array moments{"exp_avg", "exp_avg_sq"};
  AdamMoments<T> mean;
  T weight_decay, eps, gradient_size, mean_size, root_scale;

  WEIR_HD NAdamRule(const NAdamOptions& options, double learning_rate, std::uint64_t step)
      : mean(options.beta1, options.beta2), weight_decay(static_cast<T>(options.weight_decay)), eps(static_cast<T>(options.eps)) {
    // mu(i) = beta1 (1 - 0.96^(i momentum_decay) / 2), and the product of the first `step` of them. Once 1 - product rounds to 1, further
    // factors change nothing.
    const double base = std::pow(0.96, options.momentum_decay);
    double power = 1, product = 1;
    for (std::uint64_t i = 1; i <= step && product > 1e-20; ++i) {
      power *= base;
      product *= options.beta1 * (1 - 0.5 * power);
    }
    const auto mu = [&](double i) { return options.beta1 * (1 - 0.5 * std::pow(base, i)); };
    const double t = static_cast<double>(step);
    gradient_size = static_cast<T>(learning_rate * (1 - mu(t)) / (1 - product));
    mean_size = static_cast<T>(learning_rate * mu(t + 1) / (1 - product * mu(t + 1)));
    root_scale = static_cast<T>(1 / std::sqrt(1 - std::pow(options.beta2, t)));
  }

  WEIR_HD void operator()(T& w, T g, T& m, T& v) const {
    const T d = g + weight_decay * w;
    mean.take(d, m, v);
    w -= (gradient_size * d + mean_size * m) / (std::sqrt(v) * root_scale + eps);
  }
};

RuleOf<NAdamRule> rule_of(const NAdamOptions& options);

// As Adam's (see adam_rule.hpp): 1 - p(t) >= 1 - beta1, so that both parts of the step's numerator are at most L D / (1 - beta1), and half
// of Adam's L leaves room for their sum.
inline double safe_magnitude(const NAdamOptions& options, DType dtype) { return adam_safe_magnitude(options, dtype) / 2; }

}  // namespace weir
