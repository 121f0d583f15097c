#include <weir/layers/log_softmax.hpp>

#include "core/on_device.hpp"
#include "layers/inputs.hpp"
#include "layers/softmax_ops.hpp"

namespace weir {

LayerPlan LogSoftmax::infer(std::span<const Shape> inputs) const {
  require_one_input(inputs);
  require_width(inputs[0]);
  LayerPlan plan;
  plan.output = inputs[0];
  plan.backward_needs = Needs::y;
  plan.in_place = true;
  return plan;
}

void LogSoftmax::forward(const Context& context, const LayerArgs& args) const {
  on_device(context.device, cpu::log_softmax_forward, cuda::log_softmax_forward)(context, args.x[0], args.y);
}

void LogSoftmax::backward(const Context& context, const LayerArgs& args) const {
  if (args.dx[0].empty()) return;
  on_device(context.device, cpu::log_softmax_backward, cuda::log_softmax_backward)(context, args.y, args.dy, args.dx[0]);
}

}  // namespace weir
