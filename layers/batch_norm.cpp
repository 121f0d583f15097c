#include <string>
#include <weir/layers/batch_norm.hpp>

#include "core/text.hpp"
#include "layers/batch_norm_ops.hpp"
#include "layers/inputs.hpp"

namespace weir {

BatchNorm::BatchNorm(BatchNormOptions options) : options_(options) {
  require_eps("batch_norm", options.eps);
  if (!(options.momentum >= 0 && options.momentum <= 1)) {
    throw ConfigError("batch_norm: momentum is " + number_text(options.momentum) +
                      ", expected 0 to 1. Give the share of the newest batch.");
  }
}

Config BatchNorm::config() const {
  return Config().set("eps", options_.eps).set("momentum", options_.momentum).set("affine", options_.affine);
}

std::string BatchNorm::describe() const { return options_.affine ? "batch_norm" : "batch_norm(not affine)"; }

LayerPlan BatchNorm::infer(std::span<const Shape> inputs) const {
  require_one_input(inputs);
  if (inputs[0].rank() != 1) {
    throw ShapeError("its input is " + to_string(inputs[0]) + ", expected one dimension, the features. Add weir::Flatten() before it.");
  }
  LayerPlan plan;
  plan.output = inputs[0];
  if (options_.affine) {
    plan.parameters.push_back({"weight", inputs[0], Initializer::constant(1)});
    plan.parameters.push_back({"bias", inputs[0], Initializer::zeros()});
  }
  plan.state = {{"running_mean", inputs[0], 0}, {"running_var", inputs[0], 1}};
  plan.saved.push_back({.shape = Shape{2, inputs[0].last()}, .per_sample = false});
  plan.scratch.push_back({.shape = Shape{2, inputs[0].last()}, .per_sample = false});
  plan.backward_needs = Needs::x;
  return plan;
}

void BatchNorm::forward(const Context& context, const LayerArgs& args) const {
  if (context.training && args.batch == 1) {
    throw ConfigError("batch_norm: a training batch of 1 sample has no variance, expected 2 or more. Choose another batch size.");
  }
  BatchNormForward op;
  op.x = args.x[0];
  op.mean = args.state[0];
  op.var = args.state[1];
  op.y = args.y;
  op.saved = args.saved[0];
  if (options_.affine) op.weight = args.parameters[0], op.bias = args.parameters[1];
  if (context.training) op.next_mean = args.state_next[0], op.next_var = args.state_next[1];
  op.eps = options_.eps;
  op.momentum = options_.momentum;
  on_device::batch_norm_forward(context, op);
}

void BatchNorm::backward(const Context& context, const LayerArgs& args) const {
  BatchNormBackward op;
  op.x = args.x[0];
  op.dy = args.dy;
  op.saved = args.saved[0];
  op.sums = args.scratch[0];
  op.dx = args.dx[0];
  if (options_.affine) op.weight = args.parameters[0], op.dweight = args.dparameters[0], op.dbias = args.dparameters[1];
  on_device::batch_norm_backward(context, op);
}

}  // namespace weir
