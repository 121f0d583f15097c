#pragma once

#include <weir/training/optimizer.hpp>

namespace weir {

struct AdagradOptions {
  double lr = 1e-2;                      // learning rate, 0 or more
  double lr_decay = 0;                   // 0 or more
  double weight_decay = 0;               // L2, added to the gradient; 0 or more
  double initial_accumulator_value = 0;  // 0 or more
  double eps = 1e-10;                    // above 0, also in the Model's dtype
};

// Adagrad, as torch.optim.Adagrad:
//   d = g + weight_decay w
//   s = s + d^2                               (from initial_accumulator_value on)
//   w = w - lr / (1 + (t - 1) lr_decay) d / (sqrt(s) + eps)      (t = 1, 2, ...)
// Source: Duchi, Hazan, Singer, "Adaptive subgradient methods for online learning and stochastic optimization" (2011).
class Adagrad final : public Optimizer {
 public:
  explicit Adagrad(AdagradOptions options = {});  // ConfigError for a number outside its range

  const AdagradOptions& options() const { return options_; }

  std::string type() const override { return "adagrad"; }
  Config config() const override;
  int moments() const override { return 1; }
  double learning_rate() const override { return options_.lr; }
  void update(const Context& context, const UpdateArgs& args) const override;
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }
  std::shared_ptr<const Optimizer> with_weight_decay(double weight_decay) const override;
  double safe_magnitude(DType dtype) const override;

 private:
  AdagradOptions options_;
};

}  // namespace weir
