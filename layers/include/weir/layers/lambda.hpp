#pragma once

#include <functional>
#include <weir/core/layer.hpp>

namespace weir {

// A layer made of two functions of yours: y = forward(x) and its backward, for experiments without a class. One input. `shape` maps the
// shape of a sample of x to that of y; by default they are equal. Both functions get blocks on the Model's device, with the batch in front,
// f32 or f64 as the Model; backward(context, x, y, dy, dx) overwrites dx and is called only if dx is needed. weir::gradcheck tests the
// pair.
//
// It cannot be saved: config() throws ConfigError. A subclass of Layer, registered with register_layer, can.
class Lambda final : public Layer {
 public:
  using Forward = std::function<void(const Context& context, const ConstTensorView& x, const TensorView& y)>;
  using Backward = std::function<void(const Context& context, const ConstTensorView& x, const ConstTensorView& y, const ConstTensorView& dy,
                                      const TensorView& dx)>;
  using OutputShape = std::function<Shape(const Shape& input)>;

  // ConfigError for an empty function; only shape may be empty.
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
