#pragma once

#include <functional>
#include <weir/core/layer.hpp>

namespace weir {

// y = forward(x) by a function of the user's, with the backward that belongs to it: for an experiment, without a class. One input; y has
// the shape that `shape` makes of a sample's, or x's. Both functions get host or device blocks with the batch in front, f32 or f64 as the
// Model; backward(context, x, y, dy, dx) overwrites dx and is not called when nobody wants it. weir::gradcheck proves the pair.
//
// No file can hold it: config() throws ConfigError. A subclass of Layer, registered with register_layer, can be saved.
class Lambda final : public Layer {
 public:
  using Forward = std::function<void(const Context& context, const ConstTensorView& x, const TensorView& y)>;
  using Backward = std::function<void(const Context& context, const ConstTensorView& x, const ConstTensorView& y, const ConstTensorView& dy,
                                      const TensorView& dx)>;
  using OutputShape = std::function<Shape(const Shape& input)>;

  // ConfigError for a function that is empty; shape may be.
  Lambda(Forward forward, Backward backward, OutputShape shape = {});

  std::string type() const override { return "lambda"; }
  Config config() const override;
  std::string describe() const override { return "lambda"; }
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;

 private:
  Forward forward_;
  Backward backward_;
  OutputShape shape_;
};

}  // namespace weir
