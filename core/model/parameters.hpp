#pragma once

#include <string_view>
#include <vector>

#include <weir/core/model.hpp>

namespace weir {

// The parameters and state of a graph, shared between a Model and its share()s.
struct ParameterStore {
  ParameterStore(const Graph& graph, const ModelOptions& options);

  Tensor parameters, state;
  Tensor parameters_mirror, state_mirror;  // copies on the host of data on a CUDA device, in case it fails
  std::vector<ArenaEntry> parameter_entries, state_entries;
  std::vector<std::vector<std::size_t>> parameter_blocks, state_blocks;  // for each graph entry: indices into the lists above
  std::int64_t changing = 0;  // how many elements at the begin of the state arena training changes

  TensorView changing_state() { return state.view().rows(0, changing); }
};

// The view of an entry in an arena with the store's layout.
TensorView block_of(TensorView arena, const ArenaEntry& entry);

// Throws ConfigError that lists the existing names.
const ArenaEntry& find_entry(const std::vector<ArenaEntry>& entries, std::string_view name, const char* kind);

}  // namespace weir
