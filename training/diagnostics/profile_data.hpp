#pragma once

#include <cstdint>
#include <weir/core/model.hpp>
#include <weir/data/dataset.hpp>
#include <weir/training/profile.hpp>

namespace weir {

// ConfigError if only one of loss and data is given.
void check_profile_options(const ProfileOptions& options);

std::int64_t batch_of(const Model& model, const ProfileOptions& options);

// The first 16 batches of options.data; without data, 16 batches of random inputs for the graph and random targets of its outputs' shapes.
Dataset profiled_data(const Model& model, const ProfileOptions& options);

// Mean squared error for each output of the graph.
Losses losses_without_data(const Model& model);

// Bytes that a Loader reads and writes for one sample.
double gathered_bytes(const Dataset& data, DType dtype);

}  // namespace weir
