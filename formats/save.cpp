#include <algorithm>
#include <iterator>
#include <weir/core/error.hpp>
#include <weir/formats/json.hpp>
#include <weir/formats/safetensors.hpp>
#include <weir/formats/save.hpp>

#include "core/cpu/standard_floats.hpp"
#include "core/files/file_descriptor.hpp"
#include "core/model/model_access.hpp"
#include "formats/data_info_json.hpp"
#include "formats/digest.hpp"
#include "formats/model_file.hpp"
#include "formats/printable.hpp"

namespace weir {

void save(const Model& model, const FileTarget& target, const std::map<std::string, std::string>& metadata) {
  for (const auto& [key, value] : metadata) {
    if (key.starts_with(own_prefix)) {
      throw ConfigError(shown(target) + ": cannot be saved: the metadata key " + in_quotes(key) + " begins with '" + own_prefix +
                        "', which is weir's own. Name it otherwise.");
    }
  }
  save_with(model, target, metadata, {});
}

void save_with(const Model& model, const FileTarget& target, std::map<std::string, std::string> metadata, std::vector<NamedTensor> extra) {
  const cpu::StandardFloats standard;
  const Graph& graph = model.graph();
  metadata.emplace(version_key, file_version);
  metadata.emplace(digest_key, digest_zeros);
  try {
    metadata.emplace(graph_key, to_json(graph));
    write_data_info(model, metadata);
  } catch (const ConfigError& error) {
    throw ConfigError(shown(target) + ": cannot be saved: " + error.what());
  }
  std::vector<NamedTensor> tensors;
  const auto add = [&](const std::vector<ArenaEntry>& entries, const ConstTensorView& arena) {
    for (const ArenaEntry& entry : entries) {
      tensors.push_back({entry.name, arena.rows(entry.offset, entry.shape.elements()).reshaped(entry.shape)});
    }
  };
  add(model.parameters(), ModelAccess::readable_parameters(model));
  add(model.states(), ModelAccess::readable_state(model));
  std::ranges::move(extra, std::back_inserter(tensors));
  write_safetensors(target, tensors, metadata);
}

}  // namespace weir
