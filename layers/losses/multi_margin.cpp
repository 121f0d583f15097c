#include <weir/layers/multi_margin.hpp>

#include <cmath>
#include <weir/core/error.hpp>

#include "core/text.hpp"
#include "layers/losses/loss_parts.hpp"
#include "layers/losses/multi_margin_ops.hpp"

namespace weir {

namespace {

constexpr const char* margin_name = "multi_margin: ";

MultiMarginTerm term_of(const MultiMarginOptions& options, const LayerArgs& args) {
  const double batch = static_cast<double>(args.batch), positions = static_cast<double>(args.x[1].elements()) / batch;
  const double factor = options.reduction == Reduction::sum          ? batch * positions
                        : options.reduction == Reduction::batch_mean ? positions
                                                                     : 1;
  return {options.weight, options.margin, options.p == 2, factor};
}

}  // namespace

MultiMargin::MultiMargin(MultiMarginOptions options) : options_(std::move(options)) {
  if (options_.p != 1 && options_.p != 2)
    throw ConfigError(margin_name + std::string("p is ") + std::to_string(options_.p) + ", expected 1 or 2.");
  if (!std::isfinite(options_.margin)) {
    throw ConfigError(margin_name + std::string("margin is ") + number_text(options_.margin) + ", expected a finite number.");
  }
  require_class_weights(margin_name, options_.weight);
}

MultiMargin MultiMargin::from_config(const Config& config) {
  MultiMarginOptions options{.weight = read_numbers(config, "weight"), .reduction = read_reduction(config)};
  if (config.contains("p")) options.p = config.integer("p") == 2 ? 2 : static_cast<int>(config.integer("p") == 1);
  if (config.contains("margin")) options.margin = config.number("margin");
  return MultiMargin(options);
}

Config MultiMargin::config() const {
  Config config;
  if (options_.p != 1) config.set("p", std::int64_t{options_.p});
  if (options_.margin != 1) config.set("margin", options_.margin);
  write_class_options(config, options_.weight, {});
  write_reduction(config, options_.reduction);
  return config;
}

LayerPlan MultiMargin::infer(std::span<const Shape> inputs) const {
  require_labels(inputs);
  require_weight_for_each(options_.weight, inputs[0].last());
  LayerPlan plan;
  plan.backward_needs = Needs::x;
  plan.inputs = {Storage::compute, Storage::i32};
  return plan;
}

void MultiMargin::forward(const Context& context, const LayerArgs& args) const {
  if (args.batch == 0) return;
  if (context.device.is_cpu()) check_labels(margin_name, args.x[1], args.x[1].elements() / args.batch, args.x[0].shape().last());
  on_device::multi_margin_forward(context, term_of(options_, args), args.x[0], args.x[1], args.y);
}

void MultiMargin::backward(const Context& context, const LayerArgs& args) const {
  if (!args.dx[1].empty()) throw ConfigError(margin_name + std::string("a gradient is wanted of class labels, which have none."));
  if (args.batch == 0 || args.dx[0].empty()) return;
  on_device::multi_margin_backward(context, term_of(options_, args), args.x[0], args.x[1], args.dy, args.dx[0]);
}

void MultiMargin::check_targets(const Shape& output, const ConstTensorView& targets) const {
  check_label_targets(margin_name, output, targets);
}

double MultiMargin::divisor(const Shape& output, const ConstTensorView& targets) const {
  return options_.reduction == Reduction::sum ? 1 : Loss::divisor(output, targets);
}

}  // namespace weir
