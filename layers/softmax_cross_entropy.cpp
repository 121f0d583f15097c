#include <cmath>
#include <string>
#include <weir/core/error.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>

#include "core/typed.hpp"
#include "layers/inputs.hpp"
#include "layers/softmax_cross_entropy_ops.hpp"

namespace weir {

namespace {

constexpr const char* who = "softmax_cross_entropy: ";

// One number for each class is replaced by one label: [5, 10] -> [5].
Shape label_shape(const Shape& output) { return Shape(output.extents().first(output.rank() - 1)); }

// "sample 3", or "sample 3, position 2" where a sample has several.
std::string place(std::int64_t row, std::int64_t positions) {
  const std::string sample = "sample " + std::to_string(row / positions);
  return positions == 1 ? sample : sample + ", position " + std::to_string(row % positions);
}

template <class T>
void check_probabilities(const ConstTensorView& targets, std::int64_t positions, std::int64_t classes) {
  const T* t = data<T>(targets);
  for (std::int64_t row = 0; row < targets.elements() / classes; ++row) {
    double sum = 0;
    for (std::int64_t j = 0; j < classes; ++j) {
      const auto value = static_cast<double>(t[row * classes + j]);
      if (!(value >= 0 && std::isfinite(value))) {
        throw ConfigError(who + place(row, positions) + " has the probability " + std::to_string(value) + " of class " + std::to_string(j) +
                          ", expected a finite number of 0 or more. Correct the targets.");
      }
      sum += value;
    }
    if (std::abs(sum - 1) > 0.001) {
      throw ConfigError(who + place(row, positions) + " has probabilities that add up to " + std::to_string(sum) +
                        ", expected 1. Divide each by their sum.");
    }
  }
}

}  // namespace

void check_labels(const ConstTensorView& labels, std::int64_t positions, std::int64_t classes) {
  const auto* label = data<std::int32_t>(labels);
  for (std::int64_t row = 0; row < labels.elements(); ++row) {
    if (label[row] >= 0 && label[row] < classes) continue;
    throw ConfigError(who + place(row, positions) + " has the label " + std::to_string(label[row]) + ", expected 0 to " +
                      std::to_string(classes - 1) + ". Correct the labels, or give the output as many classes as there are.");
  }
}

LayerPlan SoftmaxCrossEntropy::infer(std::span<const Shape> inputs) const {
  require_output_and_target(inputs);
  const Shape &x = inputs[0], &target = inputs[1];
  if (x.rank() == 0 || x.elements() == 0) {
    throw ShapeError("the output is " + to_string(x) + ", expected [..., classes]. Give it one logit for each class.");
  }
  if (!classifies(x, target) && target != x) {
    throw ShapeError("the target is " + to_string(target) + " a sample, the output is " + to_string(x) + ", expected " +
                     to_string(label_shape(x)) + " (class labels) or " + to_string(x) + " (probabilities). Reshape the targets.");
  }
  LayerPlan plan;
  plan.saved.push_back({x});
  plan.saved.push_back({x.with_last(row_numbers)});
  plan.backward_needs = Needs::x;
  plan.inputs = {Storage::compute, target == x ? Storage::compute : Storage::i32};
  return plan;
}

void SoftmaxCrossEntropy::forward(const Context& context, const LayerArgs& args) const {
  (context.device.is_cuda() ? cuda::softmax_cross_entropy_forward : cpu::softmax_cross_entropy_forward)(
      context, args.x[0], args.x[1], args.y, args.saved[0], args.saved[1]);
}

void SoftmaxCrossEntropy::backward(const Context& context, const LayerArgs& args) const {
  if (args.x[1].dtype() == DType::i32 && !args.dx[1].empty()) {
    throw ConfigError(who + std::string("the gradient of class labels is wanted, which there is none of. Use probabilities."));
  }
  (context.device.is_cuda() ? cuda::softmax_cross_entropy_backward : cpu::softmax_cross_entropy_backward)(
      context, args.x[0], args.x[1], args.saved[0], args.saved[1], args.dy, args.dx[0], args.dx[1]);
}

void SoftmaxCrossEntropy::check_targets(const Shape& output, const ConstTensorView& targets) const {
  const std::int64_t classes = output.last(), positions = label_shape(output).elements();
  const bool labels = targets.shape().rank() == output.rank();  // the samples in front, the classes gone
  if (labels != (targets.dtype() == DType::i32)) {
    throw ConfigError(who + std::string(labels ? "labels" : "probabilities") + " of shape " + to_string(targets.shape()) + " are " +
                      to_string(targets.dtype()) + ", expected " + (labels ? "i32" : "f32, f64 or u8") + ". Convert the targets.");
  }
  if (labels) {
    check_labels(targets, positions, classes);
  } else if (targets.dtype() == DType::f64) {
    check_probabilities<double>(targets, positions, classes);
  } else if (targets.dtype() == DType::f32) {
    check_probabilities<float>(targets, positions, classes);
  }
}

bool SoftmaxCrossEntropy::classifies(const Shape& output, const Shape& target) const {
  return output.rank() > 0 && target == label_shape(output);
}

}  // namespace weir
