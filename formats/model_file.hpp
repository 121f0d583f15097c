#pragma once

#include <map>
#include <string>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/formats/tensor_file.hpp>

namespace weir {

// What weir itself writes beside a Model: keys in the metadata, and tensors, with this prefix.
inline constexpr const char* own_prefix = "weir.";
inline constexpr const char* version_key = "weir.version";
inline constexpr const char* graph_key = "weir.graph";
inline constexpr const char* file_version = "1";

// FormatError when a newer weir wrote the file. A file that is not weir's has no version, and passes.
void check_version(const TensorFile& file);

// save(), with more beside the Model: metadata under own_prefix is let through, and `extra` tensors, their names under it too, are written
// behind the Model's. load_model and load_state_dict pass over them; a TensorFile reads them.
void save_with(const Model& model, const FileTarget& target, std::map<std::string, std::string> metadata, std::vector<NamedTensor> extra);

}  // namespace weir
