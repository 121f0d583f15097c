#pragma once

#include <weir/training/optimizer.hpp>

namespace weir {

struct AdadeltaOptions {
  double lr = 1;            // learning rate, 0 or more
  double rho = 0.9;         // in [0, 1)
  double eps = 1e-6;        // above 0, also in the Model's dtype
  double weight_decay = 0;  // L2, added to the gradient; 0 or more
};

// Adadelta, as torch.optim.Adadelta:
//   d = g + weight_decay w
//   v = rho v + (1 - rho) d^2
//   s = sqrt(u + eps) / sqrt(v + eps) d
//   u = rho u + (1 - rho) s^2
//   w = w - lr s
// Source: Zeiler, "ADADELTA: an adaptive learning rate method" (2012).
class Adadelta final : public Optimizer {
 public:
  explicit Adadelta(AdadeltaOptions options = {});  // ConfigError for a number outside its range

  const AdadeltaOptions& options() const { return options_; }

  std::string type() const override { return "adadelta"; }
  Config config() const override;
  int moments() const override { return 2; }
  double learning_rate() const override { return options_.lr; }
  void update(const Context& context, const UpdateArgs& args) const override;
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }
  std::shared_ptr<const Optimizer> with_weight_decay(double weight_decay) const override;
  double safe_magnitude(DType dtype) const override;

 private:
  AdadeltaOptions options_;
};

}  // namespace weir
