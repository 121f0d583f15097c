#include <weir/core/array.hpp>
#include <weir/layers/add.hpp>
#include <weir/layers/multiply.hpp>

#include "layers/add_multiply_ops.hpp"
#include "layers/inputs.hpp"

namespace weir {

LayerPlan Add::infer(std::span<const Shape> inputs) const {
  require_several_inputs(inputs);
  require_equal_inputs(inputs);
  LayerPlan plan;
  plan.output = inputs[0];
  plan.backward_needs = Needs::neither;
  plan.in_place = true;
  return plan;
}

void Add::forward(const Context& context, const LayerArgs& args) const { on_device::add_forward(context, args.x, args.y); }

void Add::backward(const Context& context, const LayerArgs& args) const {
  for (const TensorView& dx : args.dx) {
    if (!dx.empty()) copy(context, args.dy, dx);
  }
}

LayerPlan Multiply::infer(std::span<const Shape> inputs) const {
  require_several_inputs(inputs);
  require_equal_inputs(inputs);
  LayerPlan plan;
  plan.output = inputs[0];
  plan.backward_needs = Needs::x;
  return plan;
}

void Multiply::forward(const Context& context, const LayerArgs& args) const { on_device::multiply_forward(context, args.x, args.y); }

void Multiply::backward(const Context& context, const LayerArgs& args) const {
  on_device::multiply_backward(context, args.x, args.dy, args.dx);
}

}  // namespace weir
