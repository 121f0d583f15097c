#pragma once

#include <weir/core/option.hpp>
#include <weir/training/rule_optimizer.hpp>

namespace weir {

struct AdamWOptions {
  static constexpr std::string_view name = "adamw";
  double lr = 1e-3;            // learning rate, 0 or more
  double beta1 = 0.9;          // in [0, 1)
  double beta2 = 0.999;        // in [0, 1)
  double eps = 1e-8;           // above 0, also after rounding to the Model's dtype
  double weight_decay = 1e-2;  // decoupled; 0 or more
  bool amsgrad = false;        // use the largest v so far instead of v

  static constexpr std::tuple options{Option{"lr", &AdamWOptions::lr},
                                      Option{"beta1", &AdamWOptions::beta1, OptionRange::below_one},
                                      Option{"beta2", &AdamWOptions::beta2, OptionRange::below_one},
                                      Option{"eps", &AdamWOptions::eps, OptionRange::positive},
                                      Option{"weight_decay", &AdamWOptions::weight_decay},
                                      Option{"amsgrad", &AdamWOptions::amsgrad}};
};

// Adam with decoupled weight decay, as torch.optim.AdamW:
//   w = w - lr weight_decay w, then Adam's step with d = g (see adam.hpp)
// Source: Loshchilov, Hutter, "Decoupled weight decay regularization" (2019).
using AdamW = RuleOptimizer<AdamWOptions>;

}  // namespace weir
