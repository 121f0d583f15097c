#include <algorithm>

#include <weir/core/array.hpp>
#include <weir/core/error.hpp>

#include "core/keys.hpp"
#include "core/model/parameters.hpp"

namespace weir {

namespace {

// Blocks begin on 64-byte boundaries; the gaps hold zeros, in gradients too, so that one pass over the arena leaves them so.
std::int64_t append(std::vector<ArenaEntry>& entries, std::int64_t end, DType dtype, const std::string& node, const std::string& name,
                    const Shape& shape) {
  entries.push_back({node + "." + name, shape, end});
  const auto line = static_cast<std::int64_t>(64 / size_of(dtype));
  return (end + shape.elements() + line - 1) / line * line;
}

}  // namespace

ParameterStore::ParameterStore(const Graph& graph, const ModelOptions& options) {
  std::int64_t parameter_end = 0, state_end = 0;
  for (const Graph::Entry& entry : graph.entries()) {
    first_parameter.push_back(parameter_entries.size());
    first_state.push_back(state_entries.size());
    for (const auto& spec : entry.plan.parameters) {
      parameter_end = append(parameter_entries, parameter_end, options.dtype, entry.name, spec.name, spec.shape);
    }
    for (const auto& spec : entry.plan.state) {
      state_end = append(state_entries, state_end, options.dtype, entry.name, spec.name, spec.shape);
    }
  }
  Tensor initial(Shape{parameter_end}, options.dtype), statistics(Shape{state_end}, options.dtype);
  for (std::size_t node = 0; node < graph.entries().size(); ++node) {
    const LayerPlan& plan = graph.entries()[node].plan;
    for (std::size_t i = 0; i < plan.parameters.size(); ++i) {
      plan.parameters[i].initializer.fill(block_of(initial, parameter_entries[first_parameter[node] + i]),
                                          key_for(options.seed, KeyPurpose::parameters).with(node).with(i));
    }
    for (std::size_t i = 0; i < plan.state.size(); ++i) {
      fill(block_of(statistics, state_entries[first_state[node] + i]), plan.state[i].initial);
    }
  }
  parameters = options.device.is_cpu() ? std::move(initial) : initial.to(options.device);
  state = options.device.is_cpu() ? std::move(statistics) : statistics.to(options.device);
}

TensorView block_of(TensorView arena, const ArenaEntry& entry) {
  return arena.rows(entry.offset, entry.shape.elements()).reshaped(entry.shape);
}

const ArenaEntry& find_entry(const std::vector<ArenaEntry>& entries, std::string_view name, const char* kind) {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const ArenaEntry& entry) { return entry.name == name; });
  if (found != entries.end()) return *found;
  std::string known;
  for (const ArenaEntry& entry : entries) known += (known.empty() ? "" : ", ") + entry.name;
  throw ConfigError("model: has no " + std::string(kind) + " '" + std::string(name) +
                    "', expected one of: " + (known.empty() ? "(none)" : known) + ".");
}

}  // namespace weir
