#pragma once

#include <weir/core/model.hpp>
#include <weir/formats/tensor_file.hpp>

namespace weir {

// The TrainingState in a checkpoint of this Model, its tensors on the Model's device. Throws as load_checkpoint.
TrainingState read_checkpoint(const TensorFile& file, const Model& model);

}  // namespace weir
