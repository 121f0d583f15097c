#pragma once

#include <weir/training/optimizer.hpp>

namespace weir {

struct NAdamOptions {
  double lr = 2e-3;              // learning rate, 0 or more
  double beta1 = 0.9;            // in [0, 1)
  double beta2 = 0.999;          // in [0, 1)
  double eps = 1e-8;             // above 0, also in the Model's dtype
  double weight_decay = 0;       // L2, added to the gradient; 0 or more
  double momentum_decay = 4e-3;  // 0 or more
};

// Adam with Nesterov momentum, as torch.optim.NAdam's documentation and its foreach form have it:
//   d = g + weight_decay w
//   m = beta1 m + (1 - beta1) d
//   v = beta2 v + (1 - beta2) d^2
//   mu(t) = beta1 (1 - 0.96^(t momentum_decay) / 2),   p(t) = mu(1) mu(2) ... mu(t)
//   w = w - lr ((1 - mu(t)) / (1 - p(t)) d + mu(t+1) / (1 - p(t+1)) m) / (sqrt(v / (1 - beta2^t)) + eps)      (t = 1, 2, ...)
// Source: Dozat, "Incorporating Nesterov momentum into Adam" (2016).
class NAdam final : public Optimizer {
 public:
  explicit NAdam(NAdamOptions options = {});  // ConfigError for a number outside its range

  const NAdamOptions& options() const { return options_; }

  std::string type() const override { return "nadam"; }
  Config config() const override;
  int moments() const override { return 2; }
  double learning_rate() const override { return options_.lr; }
  void update(const Context& context, const UpdateArgs& args) const override;
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }
  std::shared_ptr<const Optimizer> with_weight_decay(double weight_decay) const override;
  double safe_magnitude(DType dtype) const override;

 private:
  NAdamOptions options_;
};

}  // namespace weir
