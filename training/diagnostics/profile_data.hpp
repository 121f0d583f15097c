#pragma once

#include <cstdint>
#include <weir/core/model.hpp>
#include <weir/data/dataset.hpp>
#include <weir/training/profile.hpp>

namespace weir {

// ConfigError for a loss without data or the reverse.
void check_profile_options(const ProfileOptions& options);

std::int64_t batch_of(const Model& model, const ProfileOptions& options);

// Some batches of the options' data; without any, of random numbers that fit the graph, with targets of its outputs' shapes.
Dataset some_data(const Model& model, const ProfileOptions& options);

// Mean squared error for each output.
Losses losses_without_data(const Model& model);

// What a Loader reads and writes for one sample.
double gathered_bytes(const Dataset& data, DType dtype);

}  // namespace weir
