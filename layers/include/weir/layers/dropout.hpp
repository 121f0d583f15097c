#pragma once

#include <weir/layers/every_device.hpp>

namespace weir {

// In training mode each element of y is 0 with probability p, else x / (1 - p); new random numbers in every step. In inference y = x.
// torch.nn.Dropout, with its default. Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout" (2014).
//
//   dx = dy / (1 - p) where y was not dropped, else 0
//
// The random numbers depend on the layer's key, the step and the element's position in the batch, not on the number of threads.
class Dropout final : public EveryDevice<Layer> {
 public:
  // ConfigError for a p outside [0, 1].
  explicit Dropout(double p = 0.5);

  std::string type() const override { return "dropout"; }
  Config config() const override;
  std::string describe() const override;
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;

 private:
  double p_;
};

}  // namespace weir
