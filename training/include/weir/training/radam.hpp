#pragma once

#include <weir/core/option.hpp>
#include <weir/training/rule_optimizer.hpp>

namespace weir {

struct RAdamOptions {
  static constexpr std::string_view name = "radam";
  double lr = 1e-3;         // learning rate, 0 or more
  double beta1 = 0.9;       // in [0, 1)
  double beta2 = 0.999;     // in [0, 1)
  double eps = 1e-8;        // above 0, also after rounding to the Model's dtype
  double weight_decay = 0;  // L2, added to the gradient; 0 or more

  static constexpr std::tuple options{Option{"lr", &RAdamOptions::lr}, Option{"beta1", &RAdamOptions::beta1, OptionRange::below_one},
                                      Option{"beta2", &RAdamOptions::beta2, OptionRange::below_one},
                                      Option{"eps", &RAdamOptions::eps, OptionRange::positive},
                                      Option{"weight_decay", &RAdamOptions::weight_decay}};
};

// Rectified Adam, as torch.optim.RAdam:
//   d = g + weight_decay w
//   m = beta1 m + (1 - beta1) d
//   v = beta2 v + (1 - beta2) d^2
//   R = 2 / (1 - beta2) - 1,   r = R - 2 t beta2^t / (1 - beta2^t)      (t = 1, 2, ...)
//   w = w - lr / (1 - beta1^t) m                                        while r <= 5 (too few steps to estimate the variance); then
//   w = w - lr / (1 - beta1^t) m sqrt((r-4) (r-2) R / ((R-4) r)) sqrt(1 - beta2^t) / (sqrt(v) + eps)
// Source: Liu, Jiang, He, Chen, Liu, Gao, Han, "On the variance of the adaptive learning rate and beyond" (2020).
using RAdam = RuleOptimizer<RAdamOptions>;

}  // namespace weir
