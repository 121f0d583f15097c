#pragma once

#include <weir/training/optimizer.hpp>

namespace weir {

struct SGDOptions {
  double lr = 1e-3;         // learning rate, 0 or more
  double momentum = 0;      // in [0, 1)
  double dampening = 0;     // in [0, 1]
  double weight_decay = 0;  // L2, 0 or more
  bool nesterov = false;    // needs momentum and no dampening
};

// Stochastic gradient descent with momentum, as torch.optim.SGD:
//   d = g + weight_decay w
//   b = momentum b + (1 - dampening) d      (b = d in the first step; only with momentum)
//   w = w - lr (nesterov ? d + momentum b : b)
// Nesterov's form: Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and momentum in deep learning" (2013).
class SGD final : public Optimizer {
 public:
  explicit SGD(SGDOptions options = {});  // ConfigError for a number outside its range

  const SGDOptions& options() const { return options_; }

  std::string type() const override { return "sgd"; }
  Config config() const override;
  int moments() const override { return options_.momentum == 0 ? 0 : 1; }
  double learning_rate() const override { return options_.lr; }
  void update(const Context& context, const UpdateArgs& args) const override;
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }
  std::shared_ptr<const Optimizer> with_weight_decay(double weight_decay) const override;
  double safe_magnitude(DType dtype) const override;

 private:
  SGDOptions options_;
};

}  // namespace weir
