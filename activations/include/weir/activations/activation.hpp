#pragma once

#include <memory>
#include <span>
#include <string>

#include <weir/activations/function.hpp>
#include <weir/core/layer.hpp>
#include <weir/core/make_layer.hpp>

namespace weir {

// The layer y = f(x), element by element: x [batch, ...] -> y [batch, ...]. In sequential() and Graph::add the function itself can be
// written in its place: sequential({784}, Dense(128), ReLU()).
class Activation final : public Layer {
 public:
  explicit Activation(ActivationFunction function);  // throws ConfigError where validate() does

  const ActivationFunction& function() const& { return function_; }
  const ActivationFunction& function() const&& = delete;

  std::string type() const override { return "activation"; }
  Config config() const override;
  std::string describe() const override;
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }

 private:
  ActivationFunction function_;
};

template <ActivationFunctor F>
std::shared_ptr<const Layer> make_layer(F function) {
  return std::make_shared<const Activation>(function);
}

}  // namespace weir
