#include "layers/row_norm.hpp"

#include "core/on_device.hpp"
#include "layers/inputs.hpp"
#include "layers/row_norm_ops.hpp"

namespace weir {

LayerPlan RowNorm::plan(std::span<const Shape> inputs) const {
  require_one_input(inputs);
  require_width(inputs[0]);
  LayerPlan plan;
  plan.output = inputs[0];
  if (affine) plan.parameters.push_back({"weight", Shape{inputs[0].last()}, Initializer::constant(1)});
  if (affine && centred) plan.parameters.push_back({"bias", Shape{inputs[0].last()}, Initializer::zeros()});
  plan.saved.push_back({inputs[0].with_last(row_norm_numbers)});
  plan.backward_needs = Needs::x;
  return plan;
}

void RowNorm::forward(const Context& context, const LayerArgs& args) const {
  RowNormForward op;
  op.x = args.x[0];
  op.y = args.y;
  op.rows = args.saved[0];
  op.eps = eps;
  op.centred = centred;
  if (affine) op.weight = args.parameters[0];
  if (affine && centred) op.bias = args.parameters[1];
  on_device(context.device, cpu::row_norm_forward, cuda::row_norm_forward)(context, op);
}

void RowNorm::backward(const Context& context, const LayerArgs& args) const {
  RowNormBackward op;
  op.x = args.x[0];
  op.dy = args.dy;
  op.rows = args.saved[0];
  op.dx = args.dx[0];
  op.centred = centred;
  if (affine) op.weight = args.parameters[0], op.dweight = args.dparameters[0];
  if (affine && centred) op.dbias = args.dparameters[1];
  on_device(context.device, cpu::row_norm_backward, cuda::row_norm_backward)(context, op);
}

}  // namespace weir
