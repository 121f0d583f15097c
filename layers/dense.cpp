#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <weir/activations/activation.hpp>
#include <weir/core/error.hpp>
#include <weir/layers/dense.hpp>

#include "activations/apply.hpp"
#include "layers/dense_ops.hpp"
#include "layers/initializer_config.hpp"
#include "layers/inputs.hpp"

namespace weir {

namespace {

constexpr std::string_view activation_prefix = "activation_";  // of the config entries of a fused activation

// The activation that has to be computed: nullptr if there is none or it is the identity.
const ActivationFunction* to_compute(const std::optional<ActivationFunction>& activation) {
  return activation && !std::holds_alternative<Identity>(*activation) ? &*activation : nullptr;
}

// Whether the layer saves cuBLASLt's ReLU mask (relu_drops_nan); it saves nothing else then.
bool saves_mask(const DenseOptions& options, const std::optional<ActivationFunction>& activation) {
  return options.relu_drops_nan && options.bias && activation && std::holds_alternative<ReLU>(*activation);
}

// The block that the activation's backward reads.
ConstTensorView z_or_y(const ActivationFunction& f, const LayerArgs& args) {
  if (needs(f) == Needs::x) return args.saved[0];
  return needs(f) == Needs::y ? args.y : ConstTensorView();
}

}  // namespace

Dense::Dense(std::int64_t out, DenseOptions options) : out_(out), options_(std::move(options)) {
  if (out < 1) {
    throw ConfigError(describe() + ": got a width of " + std::to_string(out) + ", expected at least 1. Give the number of outputs.");
  }
  if (!options_.bias && options_.bias_initializer) {
    throw ConfigError(describe() + ": got a bias initializer, expected none without a bias. Leave it out, or set bias to true.");
  }
}

Config Dense::config() const {
  Config config;
  config.set("out", out_).set("bias", options_.bias);
  if (options_.relu_drops_nan) config.set("relu_drops_nan", true);
  if (options_.weight) write_initializer(config, "weight", *options_.weight);
  if (options_.bias_initializer) write_initializer(config, "bias_initializer", *options_.bias_initializer);
  if (activation_) {
    const Config activation = weir::config(*activation_);
    for (const auto& [name, value] : activation.entries()) config.set(std::string(activation_prefix) += name, value);
  }
  return config;
}

Dense Dense::from_config(const Config& config) {
  Dense dense(config.integer("out"), {.bias = config.boolean("bias"),
                                      .weight = read_initializer(config, "weight"),
                                      .bias_initializer = read_initializer(config, "bias_initializer"),
                                      .relu_drops_nan = config.contains("relu_drops_nan") && config.boolean("relu_drops_nan")});
  Config activation;
  for (const auto& [name, value] : config.entries()) {
    if (name.starts_with(activation_prefix)) activation.set(name.substr(activation_prefix.size()), value);
  }
  if (!activation.entries().empty()) dense.activation_ = function_from_config(activation);
  return dense;
}

std::string Dense::describe() const {
  return "dense(" + std::to_string(out_) + (options_.bias ? "" : ", no bias") + (options_.relu_drops_nan ? ", relu drops nan)" : ")") +
         (activation_ ? " + " + weir::describe(*activation_) : "");
}

LayerPlan Dense::infer(std::span<const Shape> inputs) const {
  require_one_input(inputs);
  const Shape& x = inputs[0];
  require_width(x);
  const std::int64_t in = x.last();

  LayerPlan plan;
  plan.output = x.with_last(out_);
  plan.parameters.push_back({"weight", Shape{out_, in}, options_.weight.value_or(Initializer::he_uniform(std::sqrt(5.0)))});
  if (options_.bias) {
    const double bound = 1 / std::sqrt(static_cast<double>(in));
    plan.parameters.push_back({"bias", Shape{out_}, options_.bias_initializer.value_or(Initializer::uniform(-bound, bound))});
  }
  plan.backward_needs = Needs::x;
  if (const auto* f = to_compute(activation_)) {
    if (needs(*f) == Needs::y) plan.backward_needs = Needs::both;
    if (needs(*f) == Needs::x) plan.saved.push_back({plan.output});
    if (saves_mask(options_, activation_)) {
      plan.saved.push_back({.shape = Shape{relu_mask_bytes(plan.output.elements() / out_, out_)}, .storage = Storage::u8});
    }
    plan.scratch.push_back({plan.output});
  }
  if (options_.bias) plan.scratch.push_back({.shape = Shape{dense_bias_chunks, out_}, .per_sample = false});
  return plan;
}

void Dense::forward(const Context& context, const LayerArgs& args) const {
  DenseForward op;
  op.x = args.x[0];
  op.w = args.parameters[0];
  if (options_.bias) op.b = args.parameters[1];
  op.f = to_compute(activation_);
  if (op.f && needs(*op.f) == Needs::x) op.z = args.saved[0];
  op.y = args.y;
  op.relu_drops_nan = saves_mask(options_, activation_);
  if (GradientEpilogue* dy = links_of(*this, args).dy) {
    if (op.f && context.device.is_cpu()) cpu::ask_for_backward(*dy, *op.f, z_or_y(*op.f, args), op.y.dtype());
    if (op.relu_drops_nan && context.device.is_cuda()) {
      op.relu_mask = args.saved[0];
      op.dy_epilogue = dy;
      dy->bias_gradient = args.dparameters[1].raw();
    }
  }
  on_device::dense_forward(context, op);
}

void Dense::backward(const Context& context, const LayerArgs& args) const {
  DenseBackward op;
  op.x = args.x[0];
  op.w = args.parameters[0];
  op.dy = args.dy;
  const LayerLinks links = links_of(*this, args);
  if (!links.dy || !links.dy->applied) op.f = to_compute(activation_);
  if (op.f) {
    op.z_or_y = z_or_y(*op.f, args);
    op.dz = args.scratch.front();
  }
  op.dw = args.dparameters[0];
  if (!links.bounds.empty()) op.dw_bound = &links.bounds[0];
  if (options_.bias && !(links.dy && links.dy->summed)) {
    op.partial_sums = args.scratch.back();
    op.db = args.dparameters[1];
  }
  op.dx = args.dx[0];
  op.dx_epilogue = links.dx;
  on_device::dense_backward(context, op);
}

std::unique_ptr<Layer> Dense::absorb(const Layer& next) const {
  const auto* activation = dynamic_cast<const Activation*>(&next);
  if (activation == nullptr || activation_) return nullptr;
  auto fused = std::make_unique<Dense>(*this);
  fused->activation_ = activation->function();
  return fused;
}

}  // namespace weir
