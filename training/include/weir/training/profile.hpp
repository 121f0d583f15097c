#pragma once

#include <cstdint>
#include <weir/core/losses.hpp>
#include <weir/core/model.hpp>
#include <weir/data/dataset.hpp>
#include <weir/training/optimizer.hpp>
#include <weir/training/profile_report.hpp>

namespace weir {

struct ProfileOptions {
  Losses loss = {};               // with data: what is trained for; without: mean squared error
  const Dataset* data = nullptr;  // some batches of it are trained on; nullptr: random numbers of the graph's shapes
  AnyOptimizer optimizer = {};    // default: SGD
  std::int64_t batch = 0;         // default: the Model's max_batch
  double seconds = 1;             // so long at most, but three passes over the batches in any case
};

// Trains a copy of the Model for a moment and tells how long each layer takes in each phase of a step, and how close that is to what the
// machine can do: std::cout << profile(model). The Model itself is not changed. For Models on the CPU: DeviceError for another.
// ConfigError for a loss without data or data without a loss; what fit throws.
ProfileReport profile(const Model& model, const ProfileOptions& options = {});

}  // namespace weir
