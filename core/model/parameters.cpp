#include <algorithm>
#include <cmath>
#include <limits>

#include <weir/core/array.hpp>
#include <weir/core/error.hpp>

#include "core/keys.hpp"
#include "core/model/memory_plan.hpp"
#include "core/model/parameters.hpp"
#include "core/text.hpp"

namespace weir {

namespace {

// Blocks are 64-byte aligned; the padding is zero in parameters and gradients, and passes over the whole arena keep it zero.
std::int64_t append(std::vector<ArenaEntry>& entries, std::int64_t end, DType dtype, const std::string& node, const std::string& name,
                    const Shape& shape) {
  entries.push_back({node + "." + name, shape, end});
  if (shape.elements() > most_bytes / static_cast<std::int64_t>(size_of(dtype))) {
    throw ConfigError("model: '" + entries.back().name + "' is " + to_string(shape) +
                      ", which takes over 2^48 bytes. Make the layer smaller.");
  }
  const auto line = static_cast<std::int64_t>(64 / size_of(dtype));
  return (end + shape.elements() + line - 1) / line * line;
}

// Refuses an initial value that is finite and too large for f32.
void require_held(const std::string& name, double initial, const TensorView& block) {
  if (block.dtype() == DType::f64 || !std::isfinite(initial) || std::abs(initial) <= std::numeric_limits<float>::max()) return;
  throw ConfigError("model: '" + name + "' begins with " + number_text(initial) +
                    ", which f32 cannot hold. Give it a smaller value, or make the Model with dtype f64.");
}

}  // namespace

ParameterStore::ParameterStore(const Graph& graph, const ModelOptions& options) : state_blocks(graph.entries().size()) {
  const std::vector<Graph::Entry>& nodes = graph.entries();
  std::int64_t parameter_end = 0, state_end = 0;
  std::vector<std::pair<const Initializer*, RandomKey>> initializers;  // of each block
  std::vector<const StateSpec*> state_specs;
  for (std::size_t node = 0; node < nodes.size(); ++node) {
    parameter_blocks.emplace_back();
    for (std::size_t i = 0; i < nodes[node].blocks.size(); ++i) {
      const auto [owner, parameter] = nodes[node].blocks[i];
      parameter_blocks[node].push_back(owner == node ? parameter_entries.size() : parameter_blocks[owner][parameter]);
      if (owner != node) {
        parameter_entries[parameter_blocks[node].back()].aliases.push_back(nodes[node].name + "." + nodes[node].plan.parameters[i].name);
        continue;
      }
      const ParameterSpec& spec = nodes[node].plan.parameters[i];
      parameter_end = append(parameter_entries, parameter_end, options.dtype, nodes[node].name, spec.name, spec.shape);
      initializers.emplace_back(&spec.initializer, key_for(options.seed, KeyPurpose::parameters).with(node).with(i));
    }
  }
  for (const bool constant : {false, true}) {
    if (constant) changing = state_end;
    for (std::size_t node = 0; node < nodes.size(); ++node) {
      state_blocks[node].resize(nodes[node].plan.state.size());
      for (std::size_t i = 0; i < nodes[node].plan.state.size(); ++i) {
        const StateSpec& spec = nodes[node].plan.state[i];
        if (spec.constant != constant) continue;
        state_blocks[node][i] = state_entries.size();
        state_end = append(state_entries, state_end, options.dtype, nodes[node].name, spec.name, spec.shape);
        state_specs.push_back(&spec);
      }
    }
  }
  Tensor initial(Shape{parameter_end}, options.dtype), initial_state(Shape{state_end}, options.dtype);
  for (std::size_t i = 0; i < initializers.size(); ++i)
    initializers[i].first->fill(block_of(initial, parameter_entries[i]), initializers[i].second);
  for (std::size_t i = 0; i < state_specs.size(); ++i) {
    const TensorView block = block_of(initial_state, state_entries[i]);
    const Tensor* values = state_specs[i]->initial_values.get();
    if (!values) {
      require_held(state_entries[i].name, state_specs[i]->initial, block);
      fill(block, state_specs[i]->initial);
      continue;
    }
    if (values->dtype() == DType::f64) {
      for (const double value : values->values<double>()) require_held(state_entries[i].name, value, block);
    }
    copy(values->to(options.dtype), block);
  }
  parameters = options.device.is_cpu() ? std::move(initial) : initial.to(options.device);
  state = options.device.is_cpu() ? std::move(initial_state) : initial_state.to(options.device);
}

TensorView block_of(TensorView arena, const ArenaEntry& entry) {
  return arena.rows(entry.offset, entry.shape.elements()).reshaped(entry.shape);
}

const ArenaEntry& find_entry(const std::vector<ArenaEntry>& entries, std::string_view name, const char* kind) {
  const auto found = std::ranges::find_if(entries, [&](const ArenaEntry& entry) {
    return entry.name == name || std::ranges::find(entry.aliases, name) != entry.aliases.end();
  });
  if (found != entries.end()) return *found;
  std::string known;
  for (const ArenaEntry& entry : entries) known += (known.empty() ? "" : ", ") + entry.name;
  throw ConfigError("model: has no " + std::string(kind) + " '" + std::string(name) +
                    "', expected one of: " + (known.empty() ? "(none)" : known) + ".");
}

}  // namespace weir
