#pragma once

#include <weir/layers/every_device.hpp>

namespace weir {

// y = x0 x1 ..., element by element, from left to right: two or more inputs of one shape, which is also the output's.
//
//   dx_i = dy times the other inputs, multiplied from left to right
class Multiply final : public EveryDevice<Layer> {
 public:
  std::string type() const override { return "multiply"; }
  Config config() const override { return {}; }
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
};

}  // namespace weir
