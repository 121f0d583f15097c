#pragma once

#include <string>
#include <string_view>
#include <vector>
#include <weir/core/training_state.hpp>

namespace weir {

// A TrainingState in two parts beside its tensors: numbers and words as JSON, and the history as a table of f64, [epochs, columns]. The
// tensors of moments, average and callbacks are empty in a state that is read. FormatError or ConfigError that names no file.
std::string to_json(const TrainingState& state);
Tensor table_of(const std::vector<EpochReport>& history);
TrainingState state_from_json(std::string_view json, const ConstTensorView& history);

}  // namespace weir
