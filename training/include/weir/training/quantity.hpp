#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>
#include <weir/training/reports.hpp>

namespace weir {

// What a run measures goes by Keras' names, in this order: "loss", "accuracy", "val_loss", "val_accuracy", "val_<name>" for each of
// FitOptions::metrics, "learning_rate". A run without validation data has none that begin with val_, and one without a loss that classifies
// no accuracies.

std::vector<std::string> epoch_quantities(const BeginReport& report);
std::vector<std::string> step_quantities(const BeginReport& report);  // "loss", "accuracy", "learning_rate"

// The value of a quantity; NaN if the report has none. A metric is also found by its own name, if no other quantity has it. A step's loss
// is that of its own samples, its accuracy that of the epoch so far.
double quantity(const EpochReport& report, std::string_view name);
double quantity(const StepReport& report, std::string_view name);

// Which values of a quantity are better; automatic: lower losses and higher accuracies, and a metric of your own needs one of the others.
enum class Mode : std::uint8_t { automatic, min, max };

// Whether a higher value is better. ConfigError that begins with `who` where `automatic` does not tell.
bool higher_is_better(std::string_view who, std::string_view name, Mode mode);

// For on_begin: throws ConfigError that begins with `who` and lists what there is, unless each epoch of this run will have the quantity.
void check_quantity(std::string_view who, std::string_view name, const BeginReport& report);

}  // namespace weir
