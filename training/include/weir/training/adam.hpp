#pragma once

#include <weir/core/option.hpp>
#include <weir/training/rule_optimizer.hpp>

namespace weir {

struct AdamOptions {
  static constexpr std::string_view name = "adam";
  double lr = 1e-3;         // learning rate, 0 or more
  double beta1 = 0.9;       // in [0, 1)
  double beta2 = 0.999;     // in [0, 1)
  double eps = 1e-8;        // above 0, also after rounding to the Model's dtype: 0 / 0 for a parameter without gradient otherwise
  double weight_decay = 0;  // L2, added to the gradient; 0 or more
  bool amsgrad = false;     // use the largest v so far instead of v

  static constexpr std::tuple options{Option{"lr", &AdamOptions::lr},
                                      Option{"beta1", &AdamOptions::beta1, OptionRange::below_one},
                                      Option{"beta2", &AdamOptions::beta2, OptionRange::below_one},
                                      Option{"eps", &AdamOptions::eps, OptionRange::positive},
                                      Option{"weight_decay", &AdamOptions::weight_decay},
                                      Option{"amsgrad", &AdamOptions::amsgrad}};
};

// Adam, as torch.optim.Adam:
//   d = g + weight_decay w
//   m = beta1 m + (1 - beta1) d
//   v = beta2 v + (1 - beta2) d^2
//   w = w - lr / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + eps)      (t = 1, 2, ...)
// With amsgrad v is replaced by max(v, all earlier v) under the root. Sources: Kingma, Ba, "Adam: a method for stochastic optimization"
// (2015); Reddi, Kale, Kumar, "On the convergence of Adam and beyond" (2018).
using Adam = RuleOptimizer<AdamOptions>;

}  // namespace weir
