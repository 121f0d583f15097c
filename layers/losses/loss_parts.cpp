#include "layers/losses/loss_parts.hpp"

#include <cmath>
#include <iterator>
#include <limits>
#include <weir/core/error.hpp>

#include "core/text.hpp"
#include "core/typed.hpp"
#include "layers/inputs.hpp"

namespace weir {

namespace {

constexpr const char* reductions[] = {"mean", "sum", "batch_mean"};  // in the order of the enumerators

}  // namespace

void write_reduction(Config& config, Reduction reduction) {
  if (reduction != Reduction::mean) config.set("reduction", std::string(reductions[static_cast<std::size_t>(reduction)]));
}

Reduction read_reduction(const Config& config) {
  if (!config.contains("reduction")) return Reduction::mean;
  const std::string& word = config.word("reduction");
  for (std::size_t i = 0; i < std::size(reductions); ++i) {
    if (word == reductions[i]) return static_cast<Reduction>(i);
  }
  throw ConfigError("config: 'reduction' is '" + word + "', expected one of: mean, sum, batch_mean.");
}

std::vector<double> read_numbers(const Config& config, std::string_view name) {
  return config.contains(name) ? config.numbers(name) : std::vector<double>();
}

void refuse_target(const std::string& loss, const Shape& output, std::int64_t element, double value, std::string_view expected) {
  const std::int64_t width = output.elements(), place = element % width;
  const std::string where = "sample " + std::to_string(element / width) + (width == 1 ? "" : ", element " + std::to_string(place));
  throw ConfigError(loss + ": " + where + " has the target " + number_text(value) + ", expected " + std::string(expected) +
                    ". Correct the targets.");
}

Shape label_shape(const Shape& output) { return Shape(output.extents().first(output.rank() - 1)); }

void require_labels(std::span<const Shape> inputs) {
  require_output_and_target(inputs);
  const Shape &x = inputs[0], &target = inputs[1];
  if (x.rank() == 0 || x.elements() == 0) {
    throw ShapeError("the output is " + to_string(x) + ", expected [..., classes]. Give it one number for each class.");
  }
  if (target == label_shape(x)) return;
  throw ShapeError("the target is " + to_string(target) + " a sample, the output is " + to_string(x) + ", expected " +
                   to_string(label_shape(x)) + ", class labels. Reshape the targets.");
}

std::string label_place(std::int64_t row, std::int64_t positions) {
  const std::string sample = "sample " + std::to_string(row / positions);
  return positions == 1 ? sample : sample + ", position " + std::to_string(row % positions);
}

void check_labels(const char* who, const ConstTensorView& labels, std::int64_t positions, std::int64_t classes, IgnoreIndex ignore) {
  const auto* label = data<std::int32_t>(labels);
  for (std::int64_t row = 0; row < labels.elements(); ++row) {
    if ((label[row] >= 0 && label[row] < classes) || (ignore && label[row] == *ignore)) continue;
    throw ConfigError(who + label_place(row, positions) + " has the label " + std::to_string(label[row]) + ", expected 0 to " +
                      std::to_string(classes - 1) + (ignore ? " or " + std::to_string(*ignore) : "") +
                      ". Correct the labels, or give the output as many classes as there are.");
  }
}

void check_label_targets(const char* who, const Shape& output, const ConstTensorView& targets, IgnoreIndex ignore) {
  if (targets.dtype() != DType::i32) {
    throw ConfigError(who + std::string("labels of shape ") + to_string(targets.shape()) + " are " + to_string(targets.dtype()) +
                      ", expected i32. Convert the targets.");
  }
  check_labels(who, targets, label_shape(output).elements(), output.last(), ignore);
}

void require_class_weights(const char* who, std::span<const double> weights) {
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] >= 0 && std::isfinite(weights[i])) continue;
    throw ConfigError(std::string(who) + "weight holds " + number_text(weights[i]) + " for class " + std::to_string(i) +
                      ", expected a finite number, 0 or more.");
  }
}

void require_weight_for_each(std::span<const double> weights, std::int64_t classes) {
  if (weights.empty() || static_cast<std::int64_t>(weights.size()) == classes) return;
  throw ShapeError("weight holds " + std::to_string(weights.size()) + " numbers, the output has " + std::to_string(classes) +
                   " classes. Give one for each, or none.");
}

double weight_of_labels(const ConstTensorView& labels, std::span<const double> weights, IgnoreIndex ignore) {
  const auto* label = data<std::int32_t>(labels);
  double total = 0;
  for (std::int64_t i = 0; i < labels.elements(); ++i) {
    if (ignore && label[i] == *ignore) continue;
    total += weights.empty() ? 1 : weights[static_cast<std::size_t>(label[i])];
  }
  return total;
}

void write_class_options(Config& config, std::span<const double> weights, IgnoreIndex ignore) {
  if (!weights.empty()) config.set("weight", std::vector<double>(weights.begin(), weights.end()));
  if (ignore) config.set("ignore_index", std::int64_t{*ignore});
}

IgnoreIndex read_ignore_index(const Config& config) {
  if (!config.contains("ignore_index")) return std::nullopt;
  const std::int64_t index = config.integer("ignore_index");
  if (index < std::numeric_limits<std::int32_t>::min() || index > std::numeric_limits<std::int32_t>::max()) {
    throw ConfigError("config: 'ignore_index' is " + std::to_string(index) + ", expected a number of 32 bits.");
  }
  return static_cast<std::int32_t>(index);
}

}  // namespace weir
