#pragma once

#include <weir/core/option.hpp>
#include <weir/training/rule_optimizer.hpp>

namespace weir {

struct RMSpropOptions {
  static constexpr std::string_view name = "rmsprop";
  double lr = 1e-2;         // learning rate, 0 or more
  double alpha = 0.99;      // in [0, 1)
  double eps = 1e-8;        // above 0, also after rounding to the Model's dtype
  double weight_decay = 0;  // L2, added to the gradient; 0 or more
  double momentum = 0;      // in [0, 1)
  bool centered = false;    // divide by the standard deviation instead of the root mean square

  static constexpr std::tuple options{Option{"lr", &RMSpropOptions::lr},
                                      Option{"alpha", &RMSpropOptions::alpha, OptionRange::below_one},
                                      Option{"eps", &RMSpropOptions::eps, OptionRange::positive},
                                      Option{"weight_decay", &RMSpropOptions::weight_decay},
                                      Option{"momentum", &RMSpropOptions::momentum, OptionRange::below_one},
                                      Option{"centered", &RMSpropOptions::centered}};
};

// RMSprop, as torch.optim.RMSprop:
//   d = g + weight_decay w
//   v = alpha v + (1 - alpha) d^2
//   a = alpha a + (1 - alpha) d               (centered; else a is 0)
//   b = momentum b + d / (sqrt(v - a^2) + eps)
//   w = w - lr b
// A negative v - a^2 (by rounding) is taken as 0. Sources: Hinton, "Neural networks for machine learning", lecture 6e (2012); centred:
// Graves, "Generating sequences with recurrent neural networks" (2013).
using RMSprop = RuleOptimizer<RMSpropOptions>;

}  // namespace weir
