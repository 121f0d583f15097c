#pragma once

#include <weir/core/layer.hpp>

namespace weir {

// y = x with all dimensions of a sample in one: [28, 28] -> [784], [] -> [1]. torch.nn.Flatten.
class Flatten final : public Layer {
 public:
  std::string type() const override { return "flatten"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "flatten"; }
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }
};

}  // namespace weir
