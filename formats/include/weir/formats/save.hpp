#pragma once

#include <map>
#include <string>
#include <weir/core/files.hpp>
#include <weir/core/model.hpp>

namespace weir {

// Writes a Model as one safetensors file, or the bytes of one into a vector, that NumPy and PyTorch can read: each parameter as
// <node>.<name> ("0.weight" [out, in], "0.bias" [out]) and each running statistic likewise, in the Model's dtype. The graph,
// Model::data_info and `metadata` (words of your own) stand in its header, so that load_model needs nothing but the file. Equal Models
// give equal bytes. Of a Model whose CUDA device has failed for good it writes what fit copied to the host after its last whole epoch.
// Whole or not at all, as write_safetensors. FileError when it cannot be written; ConfigError for a key of metadata that begins with
// "weir." or a text that is not UTF-8.
void save(const Model& model, const FileTarget& target, const std::map<std::string, std::string>& metadata = {});

}  // namespace weir
