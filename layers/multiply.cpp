#include <weir/layers/multiply.hpp>

#include "core/on_device.hpp"
#include "layers/inputs.hpp"
#include "layers/multiply_ops.hpp"

namespace weir {

LayerPlan Multiply::infer(std::span<const Shape> inputs) const {
  require_several_inputs(inputs);
  require_equal_inputs(inputs);
  LayerPlan plan;
  plan.output = inputs[0];
  plan.backward_needs = Needs::x;
  return plan;
}

void Multiply::forward(const Context& context, const LayerArgs& args) const {
  on_device(context.device, cpu::multiply_forward, cuda::multiply_forward)(context, args.x, args.y);
}

void Multiply::backward(const Context& context, const LayerArgs& args) const {
  on_device(context.device, cpu::multiply_backward, cuda::multiply_backward)(context, args.x, args.dy, args.dx);
}

}  // namespace weir
