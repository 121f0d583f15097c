#pragma once

#include <weir/core/option.hpp>
#include <weir/training/rule_optimizer.hpp>

namespace weir {

struct SGDOptions {
  static constexpr std::string_view name = "sgd";
  double lr = 1e-3;         // learning rate, 0 or more
  double momentum = 0;      // in [0, 1)
  double dampening = 0;     // in [0, 1]
  double weight_decay = 0;  // L2, 0 or more
  bool nesterov = false;    // needs momentum and no dampening

  static constexpr std::tuple options{Option{"lr", &SGDOptions::lr}, Option{"momentum", &SGDOptions::momentum, OptionRange::below_one},
                                      Option{"dampening", &SGDOptions::dampening, OptionRange::up_to_one},
                                      Option{"weight_decay", &SGDOptions::weight_decay}, Option{"nesterov", &SGDOptions::nesterov}};
};

// Stochastic gradient descent with momentum, as torch.optim.SGD:
//   d = g + weight_decay w
//   b = momentum b + (1 - dampening) d      (b = d in the first step; only with momentum)
//   w = w - lr (nesterov ? d + momentum b : b)
// Nesterov's form: Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and momentum in deep learning" (2013).
using SGD = RuleOptimizer<SGDOptions>;

}  // namespace weir
