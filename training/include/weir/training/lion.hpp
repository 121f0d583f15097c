#pragma once

#include <weir/training/optimizer.hpp>

namespace weir {

struct LionOptions {
  double lr = 1e-4;         // learning rate, 0 or more
  double beta1 = 0.9;       // in [0, 1)
  double beta2 = 0.99;      // in [0, 1)
  double weight_decay = 0;  // decoupled; 0 or more
};

// Lion, whose steps all have the same size:
//   w = w - lr (sign(beta1 m + (1 - beta1) g) + weight_decay w)
//   m = beta2 m + (1 - beta2) g
// Source: Chen, Liang, Huang, Real, Wang, Liu, Pham, Dong, Luong, Hsieh, Lu, Le, "Symbolic discovery of optimization algorithms" (2023).
class Lion final : public Optimizer {
 public:
  explicit Lion(LionOptions options = {});  // ConfigError for a number outside its range

  const LionOptions& options() const { return options_; }

  std::string type() const override { return "lion"; }
  Config config() const override;
  int moments() const override { return 1; }
  double learning_rate() const override { return options_.lr; }
  void update(const Context& context, const UpdateArgs& args) const override;
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }
  std::shared_ptr<const Optimizer> with_weight_decay(double weight_decay) const override;
  double safe_magnitude(DType dtype) const override;

 private:
  LionOptions options_;
};

}  // namespace weir
