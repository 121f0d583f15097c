#include <weir/core/array.hpp>
#include <weir/layers/flatten.hpp>
#include <weir/layers/reshape.hpp>

#include "layers/inputs.hpp"

namespace weir {

namespace {

LayerPlan plan_of(const Shape& output) {
  LayerPlan plan;
  plan.output = output;
  plan.backward_needs = Needs::neither;
  plan.in_place = true;
  return plan;
}

}  // namespace

LayerPlan Flatten::infer(std::span<const Shape> inputs) const {
  require_one_input(inputs);
  return plan_of(Shape{inputs[0].elements()});
}

void Flatten::forward(const Context& context, const LayerArgs& args) const { copy(context, args.x[0], args.y); }

void Flatten::backward(const Context& context, const LayerArgs& args) const {
  if (!args.dx[0].empty()) copy(context, args.dy, args.dx[0]);
}

Config Reshape::config() const {
  return Config().set("shape", std::vector<std::int64_t>(shape_.extents().begin(), shape_.extents().end()));
}

std::string Reshape::describe() const { return "reshape(" + to_string(shape_) + ")"; }

LayerPlan Reshape::infer(std::span<const Shape> inputs) const {
  require_one_input(inputs);
  if (inputs[0].elements() != shape_.elements()) {
    throw ShapeError("its input is " + to_string(inputs[0]) + " with " + std::to_string(inputs[0].elements()) + " elements, expected " +
                     std::to_string(shape_.elements()) + " as in " + to_string(shape_) + ". Give a shape of as many.");
  }
  return plan_of(shape_);
}

void Reshape::forward(const Context& context, const LayerArgs& args) const { copy(context, args.x[0], args.y); }

void Reshape::backward(const Context& context, const LayerArgs& args) const {
  if (!args.dx[0].empty()) copy(context, args.dy, args.dx[0]);
}

}  // namespace weir
