#pragma once

#include <weir/core/option.hpp>
#include <weir/training/rule_optimizer.hpp>

namespace weir {

struct NAdamOptions {
  static constexpr std::string_view name = "nadam";
  double lr = 2e-3;              // learning rate, 0 or more
  double beta1 = 0.9;            // in [0, 1)
  double beta2 = 0.999;          // in [0, 1)
  double eps = 1e-8;             // above 0, also after rounding to the Model's dtype
  double weight_decay = 0;       // L2, added to the gradient; 0 or more
  double momentum_decay = 4e-3;  // 0 or more

  static constexpr std::tuple options{Option{"lr", &NAdamOptions::lr},
                                      Option{"beta1", &NAdamOptions::beta1, OptionRange::below_one},
                                      Option{"beta2", &NAdamOptions::beta2, OptionRange::below_one},
                                      Option{"eps", &NAdamOptions::eps, OptionRange::positive},
                                      Option{"weight_decay", &NAdamOptions::weight_decay},
                                      Option{"momentum_decay", &NAdamOptions::momentum_decay}};
};

// Adam with Nesterov momentum, as torch.optim.NAdam's documentation and its foreach implementation:
//   d = g + weight_decay w
//   m = beta1 m + (1 - beta1) d
//   v = beta2 v + (1 - beta2) d^2
//   mu(t) = beta1 (1 - 0.96^(t momentum_decay) / 2),   p(t) = mu(1) mu(2) ... mu(t)
//   w = w - lr ((1 - mu(t)) / (1 - p(t)) d + mu(t+1) / (1 - p(t+1)) m) / (sqrt(v / (1 - beta2^t)) + eps)      (t = 1, 2, ...)
// Source: Dozat, "Incorporating Nesterov momentum into Adam" (2016).
using NAdam = RuleOptimizer<NAdamOptions>;

}  // namespace weir
