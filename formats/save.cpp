#include <weir/core/error.hpp>
#include <weir/formats/safetensors.hpp>
#include <weir/formats/save.hpp>

#include "core/files/file_descriptor.hpp"
#include "core/model/model_access.hpp"
#include "formats/graph_json.hpp"
#include "formats/model_file.hpp"
#include "formats/printable.hpp"

namespace weir {

void save(const Model& model, const std::filesystem::path& path, const std::map<std::string, std::string>& metadata) {
  const std::string who = shown(path) + ": cannot be saved: ";
  for (const auto& [key, value] : metadata) {
    if (key.starts_with(own_prefix)) {
      throw ConfigError(who + "the metadata key " + in_quotes(key) + " begins with '" + own_prefix +
                        "', which is weir's own. Name it otherwise.");
    }
  }
  std::map<std::string, std::string> header = metadata;
  header.emplace(version_key, file_version);
  try {
    header.emplace(graph_key, graph_to_text(model.graph()));
  } catch (const ConfigError& error) {
    throw ConfigError(who + error.what());
  }
  std::vector<NamedTensor> tensors;
  const auto add = [&](const std::vector<ArenaEntry>& entries, const ConstTensorView& arena) {
    for (const ArenaEntry& entry : entries) {
      tensors.push_back({entry.name, arena.rows(entry.offset, entry.shape.elements()).reshaped(entry.shape)});
    }
  };
  add(model.parameters(), ModelAccess::readable_parameters(model));
  add(model.states(), ModelAccess::readable_state(model));
  write_safetensors(path, tensors, header);
}

}  // namespace weir
