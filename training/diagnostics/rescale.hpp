#pragma once

#include <weir/core/layer.hpp>

namespace weir {

// y = factor x, in place where it may; f64. What gradcheck puts around a single layer, so that the layer's blocks are ones that the Model
// reuses: a backward that reads what it did not ask for then finds other numbers there.
class Rescale : public Layer {
 public:
  explicit Rescale(double factor) : factor_(factor) {}

  std::string type() const override { return "rescale"; }
  Config config() const override;
  std::string describe() const override { return "rescale"; }
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
  bool runs_on(Device) const override { return true; }  // on a CUDA device through copies on the host

 private:
  void scale(const Context& context, const ConstTensorView& from, const TensorView& to) const;

  double factor_;
};

}  // namespace weir
