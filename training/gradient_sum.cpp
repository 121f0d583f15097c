#include "training/gradient_sum.hpp"

#include <bit>
#include <cstdint>

#include "training/gradient_ops.hpp"

namespace weir {

GradientSum::GradientSum(Model& model, const EpochPlan& plan) : model_(&model) {
  for (auto n = static_cast<std::uint64_t>(plan.accumulate() - 1); n > 0; n >>= 1)
    sums_.emplace_back(model.parameter_arena().shape(), model.dtype(), model.device());
}

// A binary counter: before micro-batch i, sums_[k] is in use if bit k of i is set. Adding a micro-batch carries through the lowest set
// bits; the last micro-batch adds all sums in use, the smallest subtree first.
Gradients GradientSum::add(const Context& context, const MicroBatch& micro_batch) {
  if (micro_batch.alone()) return Gradients::as_made;
  const auto index = static_cast<std::uint64_t>(micro_batch.index);
  const TensorView gradient = model_->gradient_arena();
  const auto first_zero = static_cast<std::size_t>(std::countr_one(index));
  const TensorView result = micro_batch.last ? gradient : sums_[first_zero].view();
  ConstTensorView right = gradient;
  double factor = micro_batch.share();
  if (!micro_batch.last && first_zero == 0) on_device::accumulate(context, {}, factor, right, result);
  for (std::size_t k = 0; k < (micro_batch.last ? sums_.size() : first_zero); ++k) {
    if ((index >> k & 1) == 0) continue;
    on_device::accumulate(context, sums_[k], factor, right, result);
    right = result;
    factor = 1;
  }
  return Gradients::changed;
}

}  // namespace weir
