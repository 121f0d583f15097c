#pragma once

#include <weir/core/context.hpp>
#include <weir/core/model.hpp>
#include <weir/core/tensor.hpp>

#include "training/epoch_plan.hpp"
#include "training/updater.hpp"

namespace weir {

// The gradient of a step of several batches: the mean of theirs, samples counting alike. Allocates in its constructor alone.
class GradientSum {
 public:
  // The Model must outlive this.
  GradientSum(Model& model, const EpochPlan& plan);

  // After backward of each part of a step; after the last one the Model has the step's gradient. Says what became of the Model's. Only
  // enqueues work on a CUDA device.
  Gradients add(const Context& context, const MicroBatch& micro_batch);

 private:
  Model* model_;
  Tensor sum_;  // of the running step so far; no data when a batch makes a step
};

}  // namespace weir
