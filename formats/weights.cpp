#include "formats/weights.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>

#include "core/model/parameters.hpp"
#include "formats/model_file.hpp"
#include "formats/printable.hpp"
#include "formats/tensor_entry.hpp"

namespace weir {

namespace {

struct Wanted {
  std::vector<std::string> names;  // the Model's, then those at nodes that share it
  Shape shape;
};

std::vector<Wanted> wanted_by(const Graph& graph) {
  std::vector<Wanted> result;
  std::map<std::string, std::size_t> places;  // in result, by the Model's name
  for (const Graph::Entry& entry : graph.entries()) {
    for (std::size_t p = 0; p < entry.blocks.size(); ++p) {
      const ParameterSpec& spec = entry.plan.parameters[p];
      const auto [place, is_new] = places.emplace(graph.parameter_name(entry.blocks[p]), result.size());
      if (is_new) result.push_back({{}, spec.shape});
      result[place->second].names.push_back(entry.name + "." + spec.name);
    }
    for (const StateSpec& spec : entry.plan.state) result.push_back({{entry.name + "." + spec.name}, spec.shape});
  }
  return result;
}

// Names of PyTorch's tensors that weir has no use for.
std::set<std::string> ignored_in(const Graph& graph) {
  std::set<std::string> result;
  for (const Graph::Entry& entry : graph.entries()) {
    if (entry.layer && entry.layer->type() == "batch_norm") result.insert(entry.name + ".num_batches_tracked");
  }
  return result;
}

// Whether two tensors of equal shapes and dtypes that weir reads hold the same numbers, bit for bit.
bool equal_values(const TensorFile& file, const std::string& a, const std::string& b) {
  const Tensor first = file.read(a).to(DType::f64), second = file.read(b).to(DType::f64);
  return std::memcmp(first.view().raw(), second.view().raw(), first.bytes()) == 0;
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
  std::set<std::string> known = ignored_in(graph);
  for (const auto& [names, shape] : wanted_by(graph)) {
    known.insert(names.begin(), names.end());
    for (const std::string& name : names) {
      const TensorEntry* entry = file.find(name);
      if (!entry) continue;
      const std::string got = in_quotes(name) + " is " + describe(*entry) + ", expected ";
      const std::optional<DType> dtype = dtype_for(entry->dtype);
      const bool same_shape = std::ranges::equal(entry->extents, shape.extents()), floats = dtype == DType::f32 || dtype == DType::f64;
      if (!same_shape) problem(got + to_string(shape), true);
      if (!floats) problem(got + "F32, F64, F16 or BF16", false);
      if (!same_shape || !floats) continue;
      const std::string& source = report.sources.emplace(names.front(), name).first->second;
      if (source == name || equal_values(file, source, name)) continue;
      problem(in_quotes(name) + " and " + in_quotes(source) +
                  " have different values, but the graph shares them: leave out its share_parameters, or make them equal in the file",
              false);
    }
    if (std::ranges::any_of(names, [&](const std::string& name) { return file.find(name) != nullptr; })) continue;
    report.missing.push_back(names.front());
    if (strict) problem(in_quotes(names.front()) + " is missing, expected " + to_string(shape), false);
  }
  const bool by_weir = file.metadata().contains(version_key);
  for (const TensorEntry& entry : file.entries()) {
    if (known.contains(entry.name) || (by_weir && entry.name.starts_with(own_prefix))) continue;
    report.unexpected.push_back(entry.name);
    if (strict) problem(in_quotes(entry.name) + " " + describe(entry) + " is not expected", false);
  }
  return report;
}

void read_weights(const TensorFile& file, const WeightsReport& report, const std::vector<ArenaEntry>& entries, const TensorView& arena) {
  for (const ArenaEntry& entry : entries) {
    const auto source = report.sources.find(entry.name);
    if (source != report.sources.end()) file.read(source->second, block_of(arena, entry));
  }
}

}  // namespace weir
