#pragma once

#include <weir/core/files.hpp>
#include <weir/core/model.hpp>
#include <weir/formats/tensor_file.hpp>

namespace weir {

// Saves all that training needs to go on to the bit: the Model as save() writes it (load_model, NumPy and PyTorch read it), and in tensors
// and metadata that begin with "weir." its TrainingState: optimizer, moments, schedule, step and epoch counts, the place in the epoch,
// history, states of callbacks, and the seed. Call it between steps: in a loop of your own after step(), or in Callback::on_checkpoint (the
// Checkpoint callback does that). Written completely or not at all, as save(). FileError when it cannot be written; an existing file is
// then unchanged. DeviceError when the Model's CUDA device has failed.
void save_checkpoint(const Model& model, const FileTarget& target);

// Puts what save_checkpoint saved into a Model of the same graph, dtype and seed, on any device, so that a loop of your own on step() goes
// on. FitOptions::resume does the same for fit. Throws with the Model unchanged: FileError (cannot be read), FormatError (damaged, or no
// checkpoint), ConfigError that lists what differs (graph, dtype, seed).
void load_checkpoint(Model& model, const TensorFile& file);

}  // namespace weir
