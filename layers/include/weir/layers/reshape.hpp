#pragma once

#include <weir/layers/every_device.hpp>

namespace weir {

// y = x with the elements of a sample in another shape of equal size: [784] -> [28, 28]. torch.nn.Unflatten, for any shapes.
class Reshape final : public EveryDevice<Layer> {
 public:
  explicit Reshape(Shape shape) : shape_(shape) {}

  std::string type() const override { return "reshape"; }
  Config config() const override;
  std::string describe() const override;
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;

 private:
  Shape shape_;
};

}  // namespace weir
