#include <weir/activations/activation.hpp>
#include <weir/core/error.hpp>

#include "activations/activation_ops.hpp"

namespace weir {

Activation::Activation(ActivationFunction function) : function_(function) { validate(function_); }

Config Activation::config() const { return weir::config(function_); }

std::string Activation::describe() const { return weir::describe(function_); }

LayerPlan Activation::infer(std::span<const Shape> inputs) const {
  if (inputs.size() != 1) {
    throw ShapeError("got " + std::to_string(inputs.size()) + " inputs, expected 1. Give each input an activation of its own.");
  }
  LayerPlan plan;
  plan.output = inputs[0];
  plan.backward_needs = needs(function_);
  plan.in_place = plan.backward_needs != Needs::x && plan.backward_needs != Needs::both;
  return plan;
}

void Activation::forward(const Context& context, const LayerArgs& args) const {
  on_device::activate(context, function_, args.x[0], args.y);
}

void Activation::backward(const Context& context, const LayerArgs& args) const {
  if (args.dx[0].empty()) return;
  const ConstTensorView x_or_y = needs(function_) == Needs::x ? args.x[0] : ConstTensorView(args.y);
  on_device::activate_backward(context, function_, x_or_y, args.dy, args.dx[0]);
}

}  // namespace weir
