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

// Checks the inputs: as many as the graph's, its shapes, integers where the graph wants integers, values that its layers accept.
void check_inputs(const std::string& who, const Model& model, Dataset& data);

// One loss for each output of the graph, each of which runs on the Model's device.
void check_losses(const std::string& who, const Model& model, const Losses& losses);

// One target for each loss, with a shape, dtype and values that the loss accepts.
void check_targets(const std::string& who, const Model& model, const Losses& losses, Dataset& data);

// Checks that an epoch of so many samples has at least one batch, and no batch that is too small for a layer to train on.
void check_batches(const std::string& who, const Model& model, std::int64_t samples, std::int64_t batch, bool drop_last);

// Checks the inputs, that the graph has this output, and that the data has a target for it with this Storage (i32: labels). Returns the
// data completed as by with_info.
Dataset checked_output(const std::string& who, const Model& model, const Dataset& data, std::size_t output, Storage wanted);

// The same for inputs, losses and targets.
Dataset checked_data(const std::string& who, const Model& model, const Losses& losses, const Dataset& data);

// A copy of the data, sharing the values, in which unset members of each FieldInfo are taken from `known`.
Dataset with_info(const Dataset& data, const DataInfo& known);

// The shape of one sample of each target.
std::vector<Shape> target_shapes(const Dataset& data);

}  // namespace weir
