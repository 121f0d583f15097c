#pragma once

#include <vector>
#include <weir/core/context.hpp>
#include <weir/core/model.hpp>
#include <weir/core/tensor.hpp>

#include "training/epoch_plan.hpp"
#include "training/updater.hpp"

namespace weir {

// The gradient of a step of several micro-batches: the mean of theirs, samples counting alike, in the Model's dtype. They are added in a
// binary tree that depends on nothing but their number: tree(begin, end) = tree(begin, middle) + tree(middle, end), where middle - begin is
// the largest power of two below end - begin, and leaf i is share_i * gradient_i. So several machines that each compute whole subtrees get
// the same bits. The loss of a step is no tree: share_i * loss_i are added in the order of i.
class GradientSum {
 public:
  // Takes the memory of as many arenas as the largest step has levels: log2 of its micro-batches, rounded up. The Model must outlive this.
  GradientSum(Model& model, const EpochPlan& plan);

  // After backward of each micro-batch of a step, in order; after the last one the Model has the step's gradient. Says what became of the
  // Model's. Only enqueues work on a CUDA device, the same for each step in which the micro-batch is the last, or is not.
  Gradients add(const Context& context, const MicroBatch& micro_batch);

 private:
  Model* model_;
  std::vector<Tensor> sums_;  // [k]: of 2^k micro-batches that wait for the 2^k after them
};

}  // namespace weir
