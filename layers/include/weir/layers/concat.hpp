#pragma once

#include <weir/core/layer.hpp>

namespace weir {

// y = the inputs concatenated along the last dimension: [..., a], [..., b], ... -> [..., a + b + ...]. Two or more inputs whose other
// dimensions are equal. torch.cat(dim=-1).   dx_i = its part of dy
class Concat final : public Layer {
 public:
  std::string type() const override { return "concat"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "concat"; }
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }
};

}  // namespace weir
