#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>
#include <weir/core/config.hpp>
#include <weir/core/tensor_view.hpp>
#include <weir/layers/reduction.hpp>

// What the losses of class labels have in common. An output is [..., classes], its labels [...], i32.

namespace weir {

using IgnoreIndex = std::optional<std::int32_t>;

// One number for each class is replaced by one label: [5, 10] -> [5].
Shape label_shape(const Shape& output);

// Throws ShapeError unless inputs are an output and its labels; `who` is the loss.
void require_labels(std::span<const Shape> inputs);

// "sample 3", or "sample 3, position 2" where a sample has several.
std::string label_place(std::int64_t row, std::int64_t positions);

// Throws ConfigError for a label outside [0, classes) that is not ignored: host memory, `positions` labels a sample; `who` is "loss: ".
void check_labels(const char* who, const ConstTensorView& labels, std::int64_t positions, std::int64_t classes, IgnoreIndex ignore = {});

// Labels as targets of this output: their dtype and range.
void check_label_targets(const char* who, const Shape& output, const ConstTensorView& targets, IgnoreIndex ignore = {});

// Weights: each finite and not below 0 (ConfigError), as many as there are classes or none (ShapeError).
void require_class_weights(const char* who, std::span<const double> weights);
void require_weight_for_each(std::span<const double> weights, std::int64_t classes);

// The sum of the weights of labels, which are on the host.
double weight_of_labels(const ConstTensorView& labels, std::span<const double> weights, IgnoreIndex ignore);

// The entries of files.
void write_class_options(Config& config, std::span<const double> weights, IgnoreIndex ignore);
IgnoreIndex read_ignore_index(const Config& config);

}  // namespace weir
