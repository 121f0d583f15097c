#pragma once

#include <weir/layers/every_device.hpp>

namespace weir {

// y = the inputs concatenated along the last dimension: [..., a], [..., b], ... -> [..., a + b + ...]. Two or more inputs whose other
// dimensions are equal. torch.cat(dim=-1).   dx_i = its part of dy
class Concat final : public EveryDevice<Layer> {
 public:
  std::string type() const override { return "concat"; }
  Config config() const override { return {}; }
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
};

}  // namespace weir
