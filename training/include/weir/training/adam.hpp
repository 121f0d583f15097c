#pragma once

#include <weir/training/optimizer.hpp>

namespace weir {

struct AdamOptions {
  double lr = 1e-3;         // learning rate, 0 or more
  double beta1 = 0.9;       // in [0, 1)
  double beta2 = 0.999;     // in [0, 1)
  double eps = 1e-8;        // above 0, also in the Model's dtype: with 0 a parameter that never gets a gradient would become 0 / 0
  double weight_decay = 0;  // L2, added to the gradient; 0 or more
  bool amsgrad = false;     // the largest v so far in place of v
};

// Adam, as torch.optim.Adam:
//   d = g + weight_decay w
//   m = beta1 m + (1 - beta1) d
//   v = beta2 v + (1 - beta2) d^2
//   w = w - lr / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + eps)      (t = 1, 2, ...)
// With amsgrad u = max(u, v) stands under the root. Sources: Kingma, Ba, "Adam: a method for stochastic optimization" (2015); Reddi, Kale,
// Kumar, "On the convergence of Adam and beyond" (2018).
class Adam final : public Optimizer {
 public:
  explicit Adam(AdamOptions options = {});  // ConfigError for a number outside its range

  const AdamOptions& options() const { return options_; }

  std::string type() const override { return "adam"; }
  Config config() const override;
  int moments() const override { return options_.amsgrad ? 3 : 2; }
  double learning_rate() const override { return options_.lr; }
  void update(const Context& context, const UpdateArgs& args) const override;
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }
  std::shared_ptr<const Optimizer> with_weight_decay(double weight_decay) const override;
  double safe_magnitude(DType dtype) const override;

 private:
  AdamOptions options_;
};

}  // namespace weir
