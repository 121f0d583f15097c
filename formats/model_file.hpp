#pragma once

#include <map>
#include <string>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/formats/tensor_file.hpp>

namespace weir {

// Prefix of the metadata keys and tensors that weir itself adds to a Model's file.
inline constexpr const char* own_prefix = "weir.";
inline constexpr const char* version_key = "weir.version";
inline constexpr const char* graph_key = "weir.graph";
inline constexpr const char* file_version = "2";  // 1: without a digest

// FormatError when the file was written by a newer weir or is not as it was written (TensorFile::verify). Files without a version (not
// written by weir) pass.
void check_file(const TensorFile& file);

// save() with additional content: metadata keys may begin with own_prefix, and `extra` tensors, whose names begin with it too, are written
// after the Model's. load_model and load_state_dict ignore them; a TensorFile reads them.
void save_with(const Model& model, const FileTarget& target, std::map<std::string, std::string> metadata, std::vector<NamedTensor> extra);

}  // namespace weir
