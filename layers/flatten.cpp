#include <weir/core/array.hpp>
#include <weir/layers/flatten.hpp>

#include "layers/inputs.hpp"

namespace weir {

LayerPlan Flatten::infer(std::span<const Shape> inputs) const {
  require_one_input(inputs);
  LayerPlan plan;
  plan.output = Shape{inputs[0].elements()};
  plan.backward_needs = Needs::neither;
  plan.in_place = true;
  return plan;
}

void Flatten::forward(const Context& context, const LayerArgs& args) const { copy(context, args.x[0], args.y); }

void Flatten::backward(const Context& context, const LayerArgs& args) const {
  if (!args.dx[0].empty()) copy(context, args.dy, args.dx[0]);
}

}  // namespace weir
