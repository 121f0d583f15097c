#pragma once

#include <vector>
#include <weir/core/context.hpp>
#include <weir/core/model.hpp>
#include <weir/core/tensor.hpp>

#include "training/epoch_plan.hpp"
#include "training/updater.hpp"

namespace weir {

// The gradient of a step of several micro-batches: the mean of their gradients over all samples, in the Model's dtype. They are added in a
// binary tree that depends only on their number: tree(begin, end) = tree(begin, middle) + tree(middle, end), where middle - begin is the
// largest power of two below end - begin, and leaf i is share_i * gradient_i. So several machines that compute whole subtrees get the same
// bits. The losses of a step are added in order instead: the sum of share_i * loss_i.
class GradientSum {
 public:
  // Allocates a gradient arena for each level of the largest step's tree: log2 of its micro-batches, rounded up. The Model must outlive
  // this.
  GradientSum(Model& model, const EpochPlan& plan);

  // Call after backward of each micro-batch of a step, in order; after the last one the Model's gradients are those of the step. Returns
  // whether the Model's gradients were changed. On a CUDA device only enqueues work, which depends only on the index of the micro-batch and
  // whether it is the last.
  Gradients add(const Context& context, const MicroBatch& micro_batch);

 private:
  Model* model_;
  std::vector<Tensor> sums_;  // [k]: sum of 2^k micro-batches, until the next 2^k are added
};

}  // namespace weir
