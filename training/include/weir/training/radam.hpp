#pragma once

#include <weir/training/optimizer.hpp>

namespace weir {

struct RAdamOptions {
  double lr = 1e-3;         // learning rate, 0 or more
  double beta1 = 0.9;       // in [0, 1)
  double beta2 = 0.999;     // in [0, 1)
  double eps = 1e-8;        // above 0, also in the Model's dtype
  double weight_decay = 0;  // L2, added to the gradient; 0 or more
};

// Rectified Adam, as torch.optim.RAdam:
//   d = g + weight_decay w
//   m = beta1 m + (1 - beta1) d
//   v = beta2 v + (1 - beta2) d^2
//   R = 2 / (1 - beta2) - 1,   r = R - 2 t beta2^t / (1 - beta2^t)      (t = 1, 2, ...)
//   w = w - lr / (1 - beta1^t) m                                        while r <= 5: too few samples for a variance; then
//   w = w - lr / (1 - beta1^t) m sqrt((r-4) (r-2) R / ((R-4) r)) sqrt(1 - beta2^t) / (sqrt(v) + eps)
// Source: Liu, Jiang, He, Chen, Liu, Gao, Han, "On the variance of the adaptive learning rate and beyond" (2020).
class RAdam final : public Optimizer {
 public:
  explicit RAdam(RAdamOptions options = {});  // ConfigError for a number outside its range

  const RAdamOptions& options() const { return options_; }

  std::string type() const override { return "radam"; }
  Config config() const override;
  int moments() const override { return 2; }
  double learning_rate() const override { return options_.lr; }
  void update(const Context& context, const UpdateArgs& args) const override;
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }
  std::shared_ptr<const Optimizer> with_weight_decay(double weight_decay) const override;
  double safe_magnitude(DType dtype) const override;

 private:
  RAdamOptions options_;
};

}  // namespace weir
