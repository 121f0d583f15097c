#pragma once

#include <string>
#include <weir/core/model.hpp>
#include <weir/formats/tensor_file.hpp>

namespace weir {

// The TrainingState in a checkpoint of this Model, its tensors on the Model's device. Throws as load_checkpoint.
TrainingState read_checkpoint(const TensorFile& file, const Model& model);

// ConfigError, which begins with `who`, when the graph or the state of training can never be saved: a layer without a config, a text that
// is not UTF-8.
void check_checkpoint(const std::string& who, const Model& model);

}  // namespace weir
