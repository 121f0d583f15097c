#include <cmath>
#include <string>
#include <weir/core/error.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>

#include "core/text.hpp"
#include "core/typed.hpp"
#include "layers/inputs.hpp"
#include "layers/losses/class_targets_ops.hpp"
#include "layers/losses/loss_parts.hpp"
#include "layers/losses/softmax_cross_entropy_ops.hpp"

namespace weir {

namespace {

constexpr const char* cross_entropy_name = "softmax_cross_entropy: ";

template <class T>
void check_probabilities(const ConstTensorView& targets, std::int64_t positions, std::int64_t classes) {
  const T* t = data<T>(targets);
  for (std::int64_t row = 0; row < targets.elements() / classes; ++row) {
    double sum = 0;
    for (std::int64_t j = 0; j < classes; ++j) {
      const auto value = static_cast<double>(t[row * classes + j]);
      if (!(value >= 0 && std::isfinite(value))) {
        throw ConfigError(cross_entropy_name + label_place(row, positions) + " has the probability " + number_text(value) + " of class " +
                          std::to_string(j) + ", expected a finite number of 0 or more. Correct the targets.");
      }
      sum += value;
    }
    if (std::abs(sum - 1) > 0.001) {
      throw ConfigError(cross_entropy_name + label_place(row, positions) + " has probabilities that add up to " + number_text(sum) +
                        ", expected 1. Divide each by their sum.");
    }
  }
}

}  // namespace

SoftmaxCrossEntropy::SoftmaxCrossEntropy(SoftmaxCrossEntropyOptions options) : options_(std::move(options)) {
  if (!(options_.label_smoothing >= 0 && options_.label_smoothing <= 1)) {
    throw ConfigError(cross_entropy_name + std::string("label_smoothing is ") + number_text(options_.label_smoothing) +
                      ", expected a number from 0 to 1.");
  }
  require_class_weights(cross_entropy_name, options_.weight);
  plain_ = options_.label_smoothing == 0 && options_.weight.empty() && !options_.ignore_index && options_.reduction == Reduction::mean;
}

SoftmaxCrossEntropy SoftmaxCrossEntropy::from_config(const Config& config) {
  return SoftmaxCrossEntropy({.label_smoothing = config.contains("label_smoothing") ? config.number("label_smoothing") : 0,
                              .weight = read_numbers(config, "weight"),
                              .ignore_index = read_ignore_index(config),
                              .reduction = read_reduction(config)});
}

Config SoftmaxCrossEntropy::config() const {
  Config config;
  if (options_.label_smoothing != 0) config.set("label_smoothing", options_.label_smoothing);
  write_class_options(config, options_.weight, options_.ignore_index);
  write_reduction(config, options_.reduction);
  return config;
}

LayerPlan SoftmaxCrossEntropy::infer(std::span<const Shape> inputs) const {
  require_output_and_target(inputs);
  const Shape &x = inputs[0], &target = inputs[1];
  if (x.rank() == 0 || x.elements() == 0) {
    throw ShapeError("the output is " + to_string(x) + ", expected [..., classes]. Give it one logit for each class.");
  }
  if (target != label_shape(x) && target != x) {
    throw ShapeError("the target is " + to_string(target) + " a sample, the output is " + to_string(x) + ", expected " +
                     to_string(label_shape(x)) + " (class labels) or " + to_string(x) + " (probabilities). Reshape the targets.");
  }
  require_weight_for_each(options_.weight, x.last());
  LayerPlan plan;
  plan.saved.push_back({x});
  plan.saved.push_back({x.with_last(row_numbers)});
  if (!plain_) plan.saved.push_back({x});  // the targets as weights of classes
  plan.backward_needs = Needs::x;
  plan.inputs = {Storage::compute, target == x ? Storage::compute : Storage::i32};
  return plan;
}

void SoftmaxCrossEntropy::forward(const Context& context, const LayerArgs& args) const {
  const ConstTensorView& x = args.x[0];
  const ConstTensorView* target = &args.x[1];
  ConstTensorView weights;
  if (!plain_) {
    if (context.device.is_cpu() && target->dtype() == DType::i32 && args.batch > 0)
      check_labels(cross_entropy_name, *target, target->elements() / args.batch, x.shape().last(), options_.ignore_index);
    const ClassTargets options{options_.weight, options_.label_smoothing, options_.ignore_index, options_.reduction};
    on_device::class_targets(context, options, *target, args.saved[2]);
    weights = args.saved[2];
    target = &weights;
  }
  on_device::softmax_cross_entropy_forward(context, x, *target, args.y, args.saved[0], args.saved[1]);
}

void SoftmaxCrossEntropy::backward(const Context& context, const LayerArgs& args) const {
  if (args.x[1].dtype() == DType::i32 && !args.dx[1].empty()) {
    throw ConfigError(cross_entropy_name + std::string("a gradient is wanted of class labels, which have none. Use probabilities."));
  }
  if (!plain_ && !args.dx[1].empty()) {
    throw ConfigError(cross_entropy_name +
                      std::string("a gradient is wanted of the targets, which have one only without options. Leave the options out."));
  }
  const ConstTensorView target = plain_ ? args.x[1] : ConstTensorView(args.saved[2]);
  on_device::softmax_cross_entropy_backward(context, args.x[0], target, args.saved[0], args.saved[1], args.dy, args.dx[0], args.dx[1]);
}

void SoftmaxCrossEntropy::check_targets(const Shape& output, const ConstTensorView& targets) const {
  const std::int64_t classes = output.last(), positions = label_shape(output).elements();
  const bool labels = targets.shape().rank() == output.rank();  // labels have one dimension less than probabilities
  if (labels != (targets.dtype() == DType::i32)) {
    throw ConfigError(cross_entropy_name + std::string(labels ? "labels" : "probabilities") + " of shape " + to_string(targets.shape()) +
                      " are " + to_string(targets.dtype()) + ", expected " + (labels ? "i32" : "f32, f64 or u8") +
                      ". Convert the targets.");
  }
  if (labels) {
    check_labels(cross_entropy_name, targets, positions, classes, options_.ignore_index);
  } else if (targets.dtype() == DType::f64) {
    check_probabilities<double>(targets, positions, classes);
  } else if (targets.dtype() == DType::f32) {
    check_probabilities<float>(targets, positions, classes);
  }
}

double SoftmaxCrossEntropy::divisor(const Shape& output, const ConstTensorView& targets) const {
  if (options_.reduction == Reduction::sum) return 1;
  if (plain_ || options_.reduction == Reduction::batch_mean || targets.dtype() != DType::i32) return Loss::divisor(output, targets);
  return weight_of_labels(targets, options_.weight, options_.ignore_index);
}

std::optional<Classification> SoftmaxCrossEntropy::classification(const Shape& output, const Shape& target) const {
  return Classification{.by = target == output ? Classification::By::largest : Classification::By::label};
}

}  // namespace weir
