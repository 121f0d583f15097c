#include <weir/core/array.hpp>
#include <weir/layers/add.hpp>

#include "core/on_device.hpp"
#include "layers/add_ops.hpp"
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

void Add::forward(const Context& context, const LayerArgs& args) const {
  on_device(context.device, cpu::add_forward, cuda::add_forward)(context, args.x, args.y);
}

void Add::backward(const Context& context, const LayerArgs& args) const {
  for (const TensorView& dx : args.dx) {
    if (!dx.empty()) copy(context, args.dy, dx);
  }
}

}  // namespace weir
