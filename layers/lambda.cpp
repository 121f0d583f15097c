#include <utility>
#include <weir/layers/lambda.hpp>

#include "layers/inputs.hpp"

namespace weir {

Lambda::Lambda(Forward forward, Backward backward, OutputShape shape)
    : forward_(std::move(forward)), backward_(std::move(backward)), shape_(std::move(shape)) {
  if (!forward_ || !backward_) throw ConfigError("lambda: got an empty function, expected a forward and a backward. Give both.");
}

Config Lambda::config() const {
  throw ConfigError(
      "lambda: holds functions, which no file can. Write a subclass of weir::Layer and register it with weir::register_layer().");
}

LayerPlan Lambda::infer(std::span<const Shape> inputs) const {
  require_one_input(inputs);
  LayerPlan plan;
  plan.output = shape_ ? shape_(inputs[0]) : inputs[0];
  plan.backward_needs = Needs::both;
  return plan;
}

void Lambda::forward(const Context& context, const LayerArgs& args) const { forward_(context, args.x[0], args.y); }

void Lambda::backward(const Context& context, const LayerArgs& args) const {
  if (!args.dx[0].empty()) backward_(context, args.x[0], args.y, args.dy, args.dx[0]);
}

}  // namespace weir
