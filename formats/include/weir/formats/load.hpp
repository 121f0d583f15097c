#pragma once

#include <map>
#include <string>
#include <weir/core/model.hpp>
#include <weir/formats/tensor_file.hpp>

namespace weir {

// Builds the Model that a file written by save() holds, given by its path, its bytes in memory or open already, on the device and in the
// dtype of the options: f32 and f64 are converted into each other. Layers of your own must be registered before (register_layer). FileError
// when the file cannot be read; FormatError when its content is damaged, was written by a newer weir, or is not a Model's; each names the
// file.
Model load_model(const TensorFile& file, ModelOptions options = {});

// The metadata that was given to save(); of another file of tensors, all of its metadata. Throws as load_model.
std::map<std::string, std::string> load_metadata(const TensorFile& file);

}  // namespace weir
