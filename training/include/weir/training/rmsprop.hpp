#pragma once

#include <weir/training/optimizer.hpp>

namespace weir {

struct RMSpropOptions {
  double lr = 1e-2;         // learning rate, 0 or more
  double alpha = 0.99;      // in [0, 1)
  double eps = 1e-8;        // above 0, also in the Model's dtype
  double weight_decay = 0;  // L2, added to the gradient; 0 or more
  double momentum = 0;      // in [0, 1)
  bool centered = false;    // divide by the deviation, not by the root of the mean square
};

// RMSprop, as torch.optim.RMSprop:
//   d = g + weight_decay w
//   v = alpha v + (1 - alpha) d^2
//   a = alpha a + (1 - alpha) d               (centered; else a is 0)
//   b = momentum b + d / (sqrt(v - a^2) + eps)
//   w = w - lr b
// v - a^2 is taken for 0 where rounding makes it negative. Sources: Hinton, "Neural networks for machine learning", lecture 6e (2012);
// centred: Graves, "Generating sequences with recurrent neural networks" (2013).
class RMSprop final : public Optimizer {
 public:
  explicit RMSprop(RMSpropOptions options = {});  // ConfigError for a number outside its range

  const RMSpropOptions& options() const { return options_; }

  // Centred moments are others than those of the plain form.
  std::string type() const override { return options_.centered ? "rmsprop_centered" : "rmsprop"; }
  Config config() const override;
  int moments() const override { return 1 + (options_.centered ? 1 : 0) + (options_.momentum == 0 ? 0 : 1); }
  double learning_rate() const override { return options_.lr; }
  void update(const Context& context, const UpdateArgs& args) const override;
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }
  std::shared_ptr<const Optimizer> with_weight_decay(double weight_decay) const override;
  double safe_magnitude(DType dtype) const override;

 private:
  RMSpropOptions options_;
};

}  // namespace weir
