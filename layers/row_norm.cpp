#include <weir/layers/layer_norm.hpp>
#include <weir/layers/rms_norm.hpp>

#include "layers/inputs.hpp"
#include "layers/row_norm_ops.hpp"

namespace weir {

namespace {

// Shared implementation of LayerNorm (centred, with a bias) and RMSNorm (not centred, no bias), along the last dimension.
struct RowNorm {
  double eps;
  bool affine, centred;

  LayerPlan plan(std::span<const Shape> inputs) const;
  void forward(const Context& context, const LayerArgs& args) const;
  void backward(const Context& context, const LayerArgs& args) const;
};

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
  on_device::row_norm_forward(context, op);
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
  on_device::row_norm_backward(context, op);
}

RowNorm norm(const LayerNormOptions& options) { return {options.eps, options.elementwise_affine, /*centred=*/true}; }

RowNorm norm(const RMSNormOptions& options) { return {options.eps, options.elementwise_affine, /*centred=*/false}; }

}  // namespace

LayerNorm::LayerNorm(LayerNormOptions options) : options_(options) { require_eps("layer_norm", options.eps); }

Config LayerNorm::config() const { return Config().set("eps", options_.eps).set("elementwise_affine", options_.elementwise_affine); }

std::string LayerNorm::describe() const { return options_.elementwise_affine ? "layer_norm" : "layer_norm(not affine)"; }

LayerPlan LayerNorm::infer(std::span<const Shape> inputs) const { return norm(options_).plan(inputs); }

void LayerNorm::forward(const Context& context, const LayerArgs& args) const { norm(options_).forward(context, args); }

void LayerNorm::backward(const Context& context, const LayerArgs& args) const { norm(options_).backward(context, args); }

RMSNorm::RMSNorm(RMSNormOptions options) : options_(options) { require_eps("rms_norm", options.eps); }

Config RMSNorm::config() const { return Config().set("eps", options_.eps).set("elementwise_affine", options_.elementwise_affine); }

std::string RMSNorm::describe() const { return options_.elementwise_affine ? "rms_norm" : "rms_norm(not affine)"; }

LayerPlan RMSNorm::infer(std::span<const Shape> inputs) const { return norm(options_).plan(inputs); }

void RMSNorm::forward(const Context& context, const LayerArgs& args) const { norm(options_).forward(context, args); }

void RMSNorm::backward(const Context& context, const LayerArgs& args) const { norm(options_).backward(context, args); }

}  // namespace weir
