#include <weir/layers/negative_log_likelihood.hpp>

#include <weir/core/error.hpp>

#include "layers/losses/class_targets_ops.hpp"
#include "layers/losses/elementwise_loss_ops.hpp"
#include "layers/losses/loss_parts.hpp"

namespace weir {

namespace {

constexpr const char* likelihood_name = "negative_log_likelihood: ";

TermScale per_position(const ConstTensorView& x) {
  return {1, static_cast<double>(x.elements()) / static_cast<double>(x.shape()[0] * x.shape().last())};
}

}  // namespace

NegativeLogLikelihood::NegativeLogLikelihood(NegativeLogLikelihoodOptions options) : options_(std::move(options)) {
  require_class_weights(likelihood_name, options_.weight);
}

NegativeLogLikelihood NegativeLogLikelihood::from_config(const Config& config) {
  return NegativeLogLikelihood(
      {.weight = read_numbers(config, "weight"), .ignore_index = read_ignore_index(config), .reduction = read_reduction(config)});
}

Config NegativeLogLikelihood::config() const {
  Config config;
  write_class_options(config, options_.weight, options_.ignore_index);
  write_reduction(config, options_.reduction);
  return config;
}

LayerPlan NegativeLogLikelihood::infer(std::span<const Shape> inputs) const {
  require_labels(inputs);
  require_weight_for_each(options_.weight, inputs[0].last());
  LayerPlan plan;
  plan.saved.push_back({inputs[0]});  // weights of classes, made from the labels
  plan.backward_needs = Needs::x;
  plan.inputs = {Storage::compute, Storage::i32};
  return plan;
}

void NegativeLogLikelihood::forward(const Context& context, const LayerArgs& args) const {
  const ConstTensorView& x = args.x[0];
  const TensorView& targets = args.saved[0];
  if (context.device.is_cpu() && args.batch > 0)
    check_labels(likelihood_name, args.x[1], args.x[1].elements() / args.batch, x.shape().last(), options_.ignore_index);
  on_device::class_targets(context, {options_.weight, 0, options_.ignore_index, options_.reduction}, args.x[1], targets);
  if (args.batch == 0) return;
  on_device::elementwise_loss_forward(context, WeightedTerm(), per_position(x), x, targets, args.y);
}

void NegativeLogLikelihood::backward(const Context& context, const LayerArgs& args) const {
  if (!args.dx[1].empty()) throw ConfigError(likelihood_name + std::string("a gradient is wanted of class labels, which have none."));
  if (args.batch == 0) return;
  on_device::elementwise_loss_backward(context, WeightedTerm(), per_position(args.x[0]), args.x[0], args.saved[0], args.dy, args.dx[0], {});
}

void NegativeLogLikelihood::check_targets(const Shape& output, const ConstTensorView& targets) const {
  check_label_targets(likelihood_name, output, targets, options_.ignore_index);
}

double NegativeLogLikelihood::divisor(const Shape& output, const ConstTensorView& targets) const {
  if (options_.reduction == Reduction::sum) return 1;
  if (options_.reduction == Reduction::batch_mean) return Loss::divisor(output, targets);
  return weight_of_labels(targets, options_.weight, options_.ignore_index);
}

}  // namespace weir
