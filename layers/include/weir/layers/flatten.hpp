#pragma once

#include <weir/layers/every_device.hpp>

namespace weir {

// y = x with all dimensions of a sample in one: [28, 28] -> [784], [] -> [1]. torch.nn.Flatten.
class Flatten final : public EveryDevice<Layer> {
 public:
  std::string type() const override { return "flatten"; }
  Config config() const override { return {}; }
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
};

}  // namespace weir
