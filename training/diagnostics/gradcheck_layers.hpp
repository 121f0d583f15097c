#pragma once

#include <weir/core/layer.hpp>
#include <weir/core/loss.hpp>

namespace weir {

// y = sum of target * output over a sample. gradcheck uses it when no loss is given, to turn outputs into one number: the gradient of the
// output is the target, so with random targets every entry of the output matters.
class ProjectionLoss : public Loss {
 public:
  std::string type() const override { return "projection"; }
  Config config() const override { return {}; }
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
  bool runs_on(Device device) const override;  // on CUDA through copies to the host: slow, but for tests only
};

// y = factor x, f64, in place where the Model allows it. gradcheck puts one before and one after a single layer: the layer's x and y are
// then memory that the Model reuses, so a backward that reads x or y without declaring it in LayerPlan::backward_needs reads wrong values.
class Rescale : public Layer {
 public:
  explicit Rescale(double factor) : factor_(factor) {}

  std::string type() const override { return "rescale"; }
  Config config() const override;
  std::string describe() const override { return "rescale"; }
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
  bool runs_on(Device) const override { return true; }  // on CUDA through copies to the host

 private:
  void scale(const Context& context, const ConstTensorView& from, const TensorView& to) const;

  double factor_;
};

}  // namespace weir
