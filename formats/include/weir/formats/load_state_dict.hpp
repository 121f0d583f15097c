#pragma once

#include <string>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/formats/tensor_file.hpp>

namespace weir {

struct StateDictOptions {
  bool strict = true;  // false: ignore tensors that only the file or only the Model has
};

// What was ignored; both lists are empty when strict.
struct StateDictReport {
  std::vector<std::string> missing;     // in the Model but not in the file: kept their values
  std::vector<std::string> unexpected;  // in the file but not in the Model
};

// Loads the parameters and state (running statistics) of a Model from a tensor file, written by weir or another program, given as a path,
// bytes in memory or an open TensorFile. weir::sequential names its tensors like torch.nn.Sequential. F32, F64, F16 and BF16 are converted
// to the Model's dtype. A parameter that nodes share (Graph::share_parameters) may be in the file under the name of any of them, or under
// all with equal values. BatchNorm's num_batches_tracked is ignored. If anything does not fit the Model is unchanged, and an error lists
// all that does not fit: ShapeError when only shapes differ, else FormatError. FileError when the file cannot be read.
StateDictReport load_state_dict(Model& model, const TensorFile& file, StateDictOptions options = {});

}  // namespace weir
