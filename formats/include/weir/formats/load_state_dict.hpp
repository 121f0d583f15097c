#pragma once

#include <string>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/formats/tensor_file.hpp>

namespace weir {

struct StateDictOptions {
  bool strict = true;  // false: tensors that only the file or only the Model has are passed over
};

// What was passed over; both empty when strict.
struct StateDictReport {
  std::vector<std::string> missing;     // in the Model, not in the file: they kept their values
  std::vector<std::string> unexpected;  // in the file, not in the Model
};

// Fills the parameters and running statistics of a Model from a file of tensors, weir's or anybody's, given by its path, its bytes in
// memory or open already: torch.nn.Sequential names its tensors as weir::sequential does. F32, F64, F16 and BF16 are converted into the
// Model's dtype. Unless everything fits the Model is unchanged: ShapeError when only shapes differ, else FormatError, with a list of all
// that does not fit; FileError when the file cannot be read.
StateDictReport load_state_dict(Model& model, const TensorFile& file, StateDictOptions options = {});

}  // namespace weir
