#include <weir/layers/rms_norm.hpp>

#include "layers/inputs.hpp"
#include "layers/row_norm_ops.hpp"

namespace weir {

RMSNorm::RMSNorm(RMSNormOptions options) : options_(options) { require_eps("rms_norm", options.eps); }

Config RMSNorm::config() const { return Config().set("eps", options_.eps).set("elementwise_affine", options_.elementwise_affine); }

std::string RMSNorm::describe() const { return options_.elementwise_affine ? "rms_norm" : "rms_norm(not affine)"; }

LayerPlan RMSNorm::infer(std::span<const Shape> inputs) const {
  require_one_input(inputs);
  require_width(inputs[0]);
  LayerPlan plan;
  plan.output = inputs[0];
  if (options_.elementwise_affine) {
    plan.parameters.push_back({"weight", Shape{inputs[0].last()}, Initializer::constant(1)});
  }
  plan.saved.push_back({inputs[0].with_last(row_norm_numbers)});
  plan.backward_needs = Needs::x;
  return plan;
}

void RMSNorm::forward(const Context& context, const LayerArgs& args) const {
  RowNormForward op;
  op.x = args.x[0];
  op.y = args.y;
  op.rows = args.saved[0];
  op.eps = options_.eps;
  op.centred = false;
  if (options_.elementwise_affine) op.weight = args.parameters[0];
  (context.device.is_cuda() ? cuda::row_norm_forward : cpu::row_norm_forward)(context, op);
}

void RMSNorm::backward(const Context& context, const LayerArgs& args) const {
  RowNormBackward op;
  op.x = args.x[0];
  op.dy = args.dy;
  op.rows = args.saved[0];
  op.dx = args.dx[0];
  op.centred = false;
  if (options_.elementwise_affine) op.weight = args.parameters[0], op.dweight = args.dparameters[0];
  (context.device.is_cuda() ? cuda::row_norm_backward : cpu::row_norm_backward)(context, op);
}

}  // namespace weir
