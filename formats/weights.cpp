#include "formats/weights.hpp"

#include <algorithm>
#include <set>

#include "core/model/parameters.hpp"
#include "formats/model_file.hpp"
#include "formats/printable.hpp"
#include "formats/tensor_entry.hpp"

namespace weir {

namespace {

struct Wanted {
  std::string name;
  Shape shape;
};

std::vector<Wanted> wanted_by(const Graph& graph) {
  std::vector<Wanted> result;
  for (std::size_t i = 0; i < graph.entries().size(); ++i) {
    const Graph::Entry& entry = graph.entries()[i];
    for (const Graph::Block& block : entry.blocks) {
      if (block.entry == i) result.push_back({graph.parameter_name(block), entry.plan.parameters[block.parameter].shape});
    }
    for (const StateSpec& spec : entry.plan.state) result.push_back({entry.name + "." + spec.name, spec.shape});
  }
  return result;
}

}  // namespace

std::string WeightsReport::text() const {
  constexpr std::size_t longest = 20;
  std::string result;
  for (std::size_t i = 0; i < std::min(problems.size(), longest); ++i) result += (i ? "; " : "") + problems[i];
  return problems.size() > longest ? result + "; and " + std::to_string(problems.size() - longest) + " more" : result;
}

WeightsReport compare_weights(const TensorFile& file, const Graph& graph, bool strict) {
  WeightsReport report;
  const auto problem = [&](const std::string& text, bool is_shape) {
    report.problems.push_back(text);
    report.only_shapes = report.only_shapes && is_shape;
  };
  std::set<std::string> names;
  for (const auto& [name, shape] : wanted_by(graph)) {
    names.insert(name);
    const TensorEntry* entry = file.find(name);
    if (!entry) {
      report.missing.push_back(name);
      if (strict) problem(in_quotes(name) + " is missing, expected " + to_string(shape), false);
      continue;
    }
    const std::string got = in_quotes(name) + " is " + describe(*entry) + ", expected ";
    if (!std::ranges::equal(entry->extents, shape.extents())) problem(got + to_string(shape), true);
    const std::optional<DType> dtype = dtype_for(entry->dtype);
    if (dtype != DType::f32 && dtype != DType::f64) problem(got + "F32, F64, F16 or BF16", false);
  }
  const bool by_weir = file.metadata().contains(version_key);
  for (const TensorEntry& entry : file.entries()) {
    if (names.contains(entry.name) || (by_weir && entry.name.starts_with(own_prefix))) continue;
    report.unexpected.push_back(entry.name);
    if (strict) problem(in_quotes(entry.name) + " " + describe(entry) + " is not expected", false);
  }
  return report;
}

void read_weights(const TensorFile& file, const std::vector<ArenaEntry>& entries, const TensorView& arena) {
  for (const ArenaEntry& entry : entries) {
    if (file.find(entry.name)) file.read(entry.name, block_of(arena, entry));
  }
}

}  // namespace weir
