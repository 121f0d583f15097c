#pragma once

#include <string>
#include <string_view>
#include <vector>
#include <weir/core/training_state.hpp>

namespace weir {

// The numbers and words of a TrainingState as JSON; its tensors are stored beside it. Lists of tensors become lists of their names or
// counts: a state that is read has tensors without elements in their places.
std::string to_json(const TrainingState& state);
TrainingState state_from_json(std::string_view json);  // FormatError or ConfigError that names no file

// The history as a table of f64, [epochs, columns], and back. FormatError when it has other columns.
Tensor table_of(const std::vector<EpochReport>& history);
std::vector<EpochReport> history_of(const ConstTensorView& table);

}  // namespace weir
