#pragma once

#include <cstdint>
#include <weir/core/losses.hpp>
#include <weir/core/model.hpp>
#include <weir/data/dataset.hpp>
#include <weir/training/optimizer.hpp>
#include <weir/training/profile_report.hpp>

namespace weir {

struct ProfileOptions {
  Losses loss = {};               // the losses for `data`; empty (mean squared error) when there is no data
  const Dataset* data = nullptr;  // trains on its first 16 batches; nullptr: random data of the graph's shapes
  AnyOptimizer optimizer = {};    // default: SGD
  std::int64_t batch = 0;         // default: the Model's max_batch
  double seconds = 1;             // stops after about this time, but not before three passes over the batches
};

// Trains a copy of the Model for about options.seconds and measures how long each layer takes in each phase of a training step, and how
// close that is to the limits of the machine (roofline): std::cout << profile(model). The Model itself is not changed. Throws DeviceError
// for a Model that is not on the CPU, ConfigError for a loss without data or data without a loss, and what fit throws.
ProfileReport profile(const Model& model, const ProfileOptions& options = {});

}  // namespace weir
