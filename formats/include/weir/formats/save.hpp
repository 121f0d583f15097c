#pragma once

#include <map>
#include <string>
#include <weir/core/files.hpp>
#include <weir/core/model.hpp>

namespace weir {

// Saves a Model as one safetensors file, to a path or into a vector, readable by NumPy and PyTorch: each parameter as <node>.<name>
// ("0.weight" [out, in], "0.bias" [out]) and each state (running statistic) likewise, in the Model's dtype. The header holds the graph,
// Model::data_info and `metadata` (texts of your own), so that load_model needs only the file. Equal Models give equal bytes. If the
// Model's CUDA device has failed, saves the copy that fit made on the host after its last complete epoch. Writes the file completely or not
// at all, as write_safetensors. FileError when it cannot be written; ConfigError for a metadata key that begins with "weir." or a text that
// is not UTF-8.
void save(const Model& model, const FileTarget& target, const std::map<std::string, std::string>& metadata = {});

}  // namespace weir
