#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include <weir/core/model.hpp>

namespace weir {

// The parameters and state of a graph: what Models that share have in common.
struct ParameterStore {
  ParameterStore(const Graph& graph, const ModelOptions& options);

  Tensor parameters, state;
  Tensor parameters_mirror, state_mirror;  // of a CUDA device's, on the host: what is left when the device is not
  std::vector<ArenaEntry> parameter_entries, state_entries;
  std::vector<std::vector<std::size_t>> parameter_blocks, state_blocks;  // of each graph entry, indices into the lists above
  std::int64_t changing = 0;                                             // elements of state, in front, that training changes

  TensorView changing_state() { return state.view().rows(0, changing); }
};

// The block of an entry inside an arena that is laid out as the store's.
TensorView block_of(TensorView arena, const ArenaEntry& entry);

// Throws ConfigError that lists the names there are.
const ArenaEntry& find_entry(const std::vector<ArenaEntry>& entries, std::string_view name, const char* kind);

}  // namespace weir
