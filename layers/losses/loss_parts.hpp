#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include <weir/core/config.hpp>
#include <weir/core/shape.hpp>
#include <weir/core/tensor_view.hpp>
#include <weir/layers/reduction.hpp>

// Common parts of losses: config entries, messages, class labels.

namespace weir {

// Writes the entry "reduction"; nothing for the mean.
void write_reduction(Config& config, Reduction reduction);
Reduction read_reduction(const Config& config);  // ConfigError for an unknown one

// config.numbers(name); empty when there is no such entry.
std::vector<double> read_numbers(const Config& config, std::string_view name);

// Throws ConfigError that names the sample and position of this element of the targets.
[[noreturn]] void refuse_target(const std::string& loss, const Shape& output, std::int64_t element, double value,
                                std::string_view expected);

// Losses with class labels: an output is [..., classes], its labels are i32 [...].
using IgnoreIndex = std::optional<std::int32_t>;

// The output's shape without the classes: [5, 10] -> [5].
Shape label_shape(const Shape& output);

// Throws ShapeError unless the inputs are an output and its labels; `who` is the loss.
void require_labels(std::span<const Shape> inputs);

// For messages: "sample 3", or "sample 3, position 2" where a sample has several labels.
std::string label_place(std::int64_t row, std::int64_t positions);

// Throws ConfigError for a label that is neither in [0, classes) nor ignored. Labels are on the host, `positions` for each sample; `who` is
// "loss: ".
void check_labels(const char* who, const ConstTensorView& labels, std::int64_t positions, std::int64_t classes, IgnoreIndex ignore = {});

// Checks dtype and range of labels for this output.
void check_label_targets(const char* who, const Shape& output, const ConstTensorView& targets, IgnoreIndex ignore = {});

// Class weights must be finite and not negative (ConfigError), one for each class or none (ShapeError).
void require_class_weights(const char* who, std::span<const double> weights);
void require_weight_for_each(std::span<const double> weights, std::int64_t classes);

// The sum of the class weights of these labels, which are on the host.
double weight_of_labels(const ConstTensorView& labels, std::span<const double> weights, IgnoreIndex ignore);

// Writes the options to a Config, under their names in files.
void write_class_options(Config& config, std::span<const double> weights, IgnoreIndex ignore);
IgnoreIndex read_ignore_index(const Config& config);

}  // namespace weir
