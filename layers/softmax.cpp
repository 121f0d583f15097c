#include <weir/layers/softmax.hpp>

#include <weir/layers/log_softmax.hpp>

#include "layers/inputs.hpp"
#include "layers/softmax_ops.hpp"

namespace weir {

namespace {

LayerPlan plan_of(std::span<const Shape> inputs) {
  require_one_input(inputs);
  require_width(inputs[0]);
  LayerPlan plan;
  plan.output = inputs[0];
  plan.backward_needs = Needs::y;
  plan.in_place = true;
  return plan;
}

}  // namespace

LayerPlan Softmax::infer(std::span<const Shape> inputs) const { return plan_of(inputs); }

void Softmax::forward(const Context& context, const LayerArgs& args) const { on_device::softmax_forward(context, args.x[0], args.y); }

void Softmax::backward(const Context& context, const LayerArgs& args) const {
  if (!args.dx[0].empty()) on_device::softmax_backward(context, args.y, args.dy, args.dx[0]);
}

LayerPlan LogSoftmax::infer(std::span<const Shape> inputs) const { return plan_of(inputs); }

void LogSoftmax::forward(const Context& context, const LayerArgs& args) const {
  on_device::log_softmax_forward(context, args.x[0], args.y);
}

void LogSoftmax::backward(const Context& context, const LayerArgs& args) const {
  if (!args.dx[0].empty()) on_device::log_softmax_backward(context, args.y, args.dy, args.dx[0]);
}

}  // namespace weir
