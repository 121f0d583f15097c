#pragma once

#include <string>
#include <vector>
#include <weir/core/layer.hpp>
#include <weir/core/losses.hpp>
#include <weir/core/model.hpp>
#include <weir/data/dataset.hpp>

// Checks that a Dataset, losses and a Model fit each other, before anything is computed. Each throws ShapeError, ConfigError or DeviceError
// with a message that begins with `who`, for example "fit: validation data". A u8 field becomes i32 in `data` (a copy that the caller made;
// the other fields stay shared) where whole numbers are wanted.

namespace weir {

// Inputs: as many as the graph's, with its shapes, whole numbers where it wants whole numbers, values that its layers take.
void check_inputs(const std::string& who, const Model& model, Dataset& data);

// One loss for each output of the graph, each of which runs on the Model's device.
void check_losses(const std::string& who, const Model& model, const Losses& losses);

// One target for each loss, with a shape, dtype and values that the loss accepts.
void check_targets(const std::string& who, const Model& model, const Losses& losses, Dataset& data);

// What an epoch of training is cut into: so many samples in batches, the last of which may be smaller. That there is a batch, and none
// that a layer cannot train on.
void check_batches(const std::string& who, const Model& model, std::int64_t samples, std::int64_t batch, bool drop_last);

// Inputs, and that the graph has this output and the data a target for it that is stored as wanted (i32: labels). Returns the data with
// what the Model knows of it, as with_info does.
Dataset checked_output(const std::string& who, const Model& model, const Dataset& data, std::size_t output, Storage wanted);

// The same for losses, inputs and targets.
Dataset checked_data(const std::string& who, const Model& model, const Losses& losses, const Dataset& data);

// A copy, sharing the numbers, whose fields have what `known` says of them where they do not say it themselves.
Dataset with_info(const Dataset& data, const DataInfo& known);

// The shape of one sample of each target.
std::vector<Shape> target_shapes(const Dataset& data);

}  // namespace weir
