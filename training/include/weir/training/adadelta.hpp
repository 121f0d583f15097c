#pragma once

#include <weir/core/option.hpp>
#include <weir/training/rule_optimizer.hpp>

namespace weir {

struct AdadeltaOptions {
  static constexpr std::string_view name = "adadelta";
  double lr = 1;            // learning rate, 0 or more
  double rho = 0.9;         // in [0, 1)
  double eps = 1e-6;        // above 0, also after rounding to the Model's dtype
  double weight_decay = 0;  // L2, added to the gradient; 0 or more

  static constexpr std::tuple options{Option{"lr", &AdadeltaOptions::lr}, Option{"rho", &AdadeltaOptions::rho, OptionRange::below_one},
                                      Option{"eps", &AdadeltaOptions::eps, OptionRange::positive},
                                      Option{"weight_decay", &AdadeltaOptions::weight_decay}};
};

// Adadelta, as torch.optim.Adadelta:
//   d = g + weight_decay w
//   v = rho v + (1 - rho) d^2
//   s = sqrt(u + eps) / sqrt(v + eps) d
//   u = rho u + (1 - rho) s^2
//   w = w - lr s
// Source: Zeiler, "ADADELTA: an adaptive learning rate method" (2012).
using Adadelta = RuleOptimizer<AdadeltaOptions>;

}  // namespace weir
