#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/formats/json.hpp>
#include <weir/formats/load.hpp>

#include "core/cpu/standard_floats.hpp"
#include "formats/data_info_json.hpp"
#include "formats/model_file.hpp"
#include "formats/printable.hpp"
#include "formats/weights.hpp"

namespace weir {

namespace {

Graph graph_of(const TensorFile& file) {
  const auto found = file.metadata().find(graph_key);
  if (found == file.metadata().end()) {
    throw FormatError(file.name() + ": holds no weir graph, only tensors. Make the graph in your program and use weir::load_state_dict.");
  }
  try {
    return graph_from_json(found->second);
  } catch (const Error& error) {
    throw FormatError(file.name() + ": its graph cannot be built: " + printable(error.what()));
  }
}

// Reads directly into the arena if it is in host memory.
void read_into(const TensorFile& file, const WeightsReport& report, const std::vector<ArenaEntry>& entries, const TensorView& arena) {
  if (arena.device().is_cpu()) return read_weights(file, report, entries, arena);
  Tensor host(arena.shape(), arena.dtype());
  read_weights(file, report, entries, host);
  copy(host, arena);
}

}  // namespace

Model load_model(const TensorFile& file, ModelOptions options) {
  const cpu::StandardFloats standard;
  check_file(file);
  Graph graph = graph_of(file);
  // Compares before the Model allocates memory: afterwards the file is known to be as large as the graph claims.
  const WeightsReport report = compare_weights(file, graph, true);
  if (!report.problems.empty()) {
    throw FormatError(file.name() + ": its tensors do not fit its graph: " + report.text() + ". It is damaged: copy or save it again.");
  }
  Model model(std::move(graph), options);
  read_data_info(file.name(), file.metadata(), model);
  read_into(file, report, model.parameters(), model.parameter_arena());
  read_into(file, report, model.states(), model.state_arena());
  return model;
}

std::map<std::string, std::string> load_metadata(const TensorFile& file) {
  check_file(file);
  std::map<std::string, std::string> result = file.metadata();
  std::erase_if(result, [](const auto& entry) { return entry.first.starts_with(own_prefix); });
  return result;
}

}  // namespace weir
