#pragma once

#include <weir/training/optimizer.hpp>

namespace weir {

struct AdamWOptions {
  double lr = 1e-3;            // learning rate, 0 or more
  double beta1 = 0.9;          // in [0, 1)
  double beta2 = 0.999;        // in [0, 1)
  double eps = 1e-8;           // above 0, also in the Model's dtype
  double weight_decay = 1e-2;  // decoupled; 0 or more
  bool amsgrad = false;        // the largest v so far in place of v
};

// Adam with decoupled weight decay, as torch.optim.AdamW:
//   w = w - lr weight_decay w, then Adam's step with d = g (see adam.hpp)
// Source: Loshchilov, Hutter, "Decoupled weight decay regularization" (2019).
class AdamW final : public Optimizer {
 public:
  explicit AdamW(AdamWOptions options = {});  // ConfigError for a number outside its range

  const AdamWOptions& options() const { return options_; }

  std::string type() const override { return "adamw"; }
  Config config() const override;
  int moments() const override { return options_.amsgrad ? 3 : 2; }
  double learning_rate() const override { return options_.lr; }
  void update(const Context& context, const UpdateArgs& args) const override;
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }
  std::shared_ptr<const Optimizer> with_weight_decay(double weight_decay) const override;
  double safe_magnitude(DType dtype) const override;

 private:
  AdamWOptions options_;
};

}  // namespace weir
