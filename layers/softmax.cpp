#include <weir/layers/softmax.hpp>

#include "layers/inputs.hpp"
#include "layers/softmax_ops.hpp"

namespace weir {

LayerPlan Softmax::infer(std::span<const Shape> inputs) const {
  require_one_input(inputs);
  require_width(inputs[0]);
  LayerPlan plan;
  plan.output = inputs[0];
  plan.backward_needs = Needs::y;
  plan.in_place = true;
  return plan;
}

void Softmax::forward(const Context& context, const LayerArgs& args) const {
  (context.device.is_cuda() ? cuda::softmax_forward : cpu::softmax_forward)(context, args.x[0], args.y);
}

void Softmax::backward(const Context& context, const LayerArgs& args) const {
  if (args.dx[0].empty()) return;
  (context.device.is_cuda() ? cuda::softmax_backward : cpu::softmax_backward)(context, args.y, args.dy, args.dx[0]);
}

}  // namespace weir
