#pragma once

#include <weir/core/option.hpp>
#include <weir/training/rule_optimizer.hpp>

namespace weir {

struct LionOptions {
  static constexpr std::string_view name = "lion";
  double lr = 1e-4;         // learning rate, 0 or more
  double beta1 = 0.9;       // in [0, 1)
  double beta2 = 0.99;      // in [0, 1)
  double weight_decay = 0;  // decoupled; 0 or more

  static constexpr std::tuple options{Option{"lr", &LionOptions::lr}, Option{"beta1", &LionOptions::beta1, OptionRange::below_one},
                                      Option{"beta2", &LionOptions::beta2, OptionRange::below_one},
                                      Option{"weight_decay", &LionOptions::weight_decay}};
};

// Lion: all elements change by the same amount, lr, apart from weight decay.
//   w = w - lr (sign(beta1 m + (1 - beta1) g) + weight_decay w)
//   m = beta2 m + (1 - beta2) g
// Source: Chen, Liang, Huang, Real, Wang, Liu, Pham, Dong, Luong, Hsieh, Lu, Le, "Symbolic discovery of optimization algorithms" (2023).
using Lion = RuleOptimizer<LionOptions>;

}  // namespace weir
