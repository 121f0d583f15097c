#include <weir/layers/binary_cross_entropy_with_logits.hpp>

#include <weir/core/error.hpp>

#include "core/options.hpp"
#include "layers/losses/elementwise_loss_ops.hpp"
#include "layers/losses/loss_parts.hpp"

namespace weir {

BinaryCrossEntropyWithLogits::BinaryCrossEntropyWithLogits(BinaryCrossEntropyWithLogitsOptions options) : options_(std::move(options)) {
  if (options_.pos_weight.empty())
    throw ConfigError(type() + ": pos_weight is empty, expected one for all outputs, or one for each. Leave it out for 1.");
  for (const double weight : options_.pos_weight) check_option(type(), "pos_weight", weight, OptionRange::positive);
  plain_ = ElementwiseLoss(LogitTerm{options_.pos_weight[0], options_.reduction});
}

BinaryCrossEntropyWithLogits BinaryCrossEntropyWithLogits::from_config(const Config& config) {
  BinaryCrossEntropyWithLogitsOptions options{.reduction = read_reduction(config)};
  if (config.contains("pos_weight")) options.pos_weight = read_numbers(config, "pos_weight");
  return BinaryCrossEntropyWithLogits(std::move(options));
}

Config BinaryCrossEntropyWithLogits::config() const {
  if (!weighs_outputs()) return plain_.config();
  Config config;
  config.set("pos_weight", options_.pos_weight);
  write_reduction(config, options_.reduction);
  return config;
}

LayerPlan BinaryCrossEntropyWithLogits::infer(std::span<const Shape> inputs) const {
  LayerPlan plan = plain_.infer(inputs);
  const std::int64_t outputs = inputs[0].rank() == 0 ? 1 : inputs[0].last();
  const auto weights = static_cast<std::int64_t>(options_.pos_weight.size());
  if (!weighs_outputs() || weights == outputs) return plan;
  throw ShapeError("pos_weight holds " + std::to_string(weights) + " numbers, the output " + to_string(inputs[0]) + " ends in " +
                   std::to_string(outputs) + ". Give one for all outputs, or one for each.");
}

void BinaryCrossEntropyWithLogits::forward(const Context& context, const LayerArgs& args) const {
  if (!weighs_outputs()) return plain_.forward(context, args);
  const TermScale scale = term_scale(options_.reduction, args.x[0], args.batch);
  on_device::weighted_logits_forward(context, options_.pos_weight, scale, args.x[0], args.x[1], args.y);
}

void BinaryCrossEntropyWithLogits::backward(const Context& context, const LayerArgs& args) const {
  if (!weighs_outputs()) return plain_.backward(context, args);
  const TermScale scale = term_scale(options_.reduction, args.x[0], args.batch);
  on_device::weighted_logits_backward(context, options_.pos_weight, scale, args.x[0], args.x[1], args.dy, args.dx[0], args.dx[1]);
}

}  // namespace weir
