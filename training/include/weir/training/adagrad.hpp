#pragma once

#include <weir/core/option.hpp>
#include <weir/training/rule_optimizer.hpp>

namespace weir {

struct AdagradOptions {
  static constexpr std::string_view name = "adagrad";
  double lr = 1e-2;                      // learning rate, 0 or more
  double lr_decay = 0;                   // 0 or more
  double weight_decay = 0;               // L2, added to the gradient; 0 or more
  double initial_accumulator_value = 0;  // 0 or more
  double eps = 1e-10;                    // above 0, also after rounding to the Model's dtype

  static constexpr std::tuple options{Option{"lr", &AdagradOptions::lr}, Option{"lr_decay", &AdagradOptions::lr_decay},
                                      Option{"weight_decay", &AdagradOptions::weight_decay},
                                      Option{"initial_accumulator_value", &AdagradOptions::initial_accumulator_value},
                                      Option{"eps", &AdagradOptions::eps, OptionRange::positive}};
};

// Adagrad, as torch.optim.Adagrad:
//   d = g + weight_decay w
//   s = s + d^2                               (s starts at initial_accumulator_value)
//   w = w - lr / (1 + (t - 1) lr_decay) d / (sqrt(s) + eps)      (t = 1, 2, ...)
// Source: Duchi, Hazan, Singer, "Adaptive subgradient methods for online learning and stochastic optimization" (2011).
using Adagrad = RuleOptimizer<AdagradOptions>;

}  // namespace weir
