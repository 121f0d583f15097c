#pragma once

#include <weir/layers/every_device.hpp>

namespace weir {

// y = exp(x) / sum of exp(x) over the last dimension, computed from x - max so that nothing overflows. x [..., n] -> y [..., n], n >= 1.
// torch.nn.Softmax(dim=-1). Not needed before SoftmaxCrossEntropy, which includes it.
//
//   dx = y (dy - sum of y dy over the last dimension)
class Softmax final : public EveryDevice<Layer> {
 public:
  std::string type() const override { return "softmax"; }
  Config config() const override { return {}; }
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
};

}  // namespace weir
