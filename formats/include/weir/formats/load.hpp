#pragma once

#include <map>
#include <string>
#include <weir/core/model.hpp>
#include <weir/formats/tensor_file.hpp>

namespace weir {

// Makes the Model that save() wrote, from a path, bytes in memory or an open TensorFile, on the device and in the dtype of the options (f32
// and f64 are converted). Register your own layers first (register_layer). FileError when the file cannot be read; FormatError when it is
// damaged, was written by a newer weir, or does not hold a Model; messages name the file.
Model load_model(const TensorFile& file, ModelOptions options = {});

// The metadata that was given to save(); for other tensor files all of their metadata. Throws as load_model.
std::map<std::string, std::string> load_metadata(const TensorFile& file);

}  // namespace weir
