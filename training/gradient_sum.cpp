#include "training/gradient_sum.hpp"

#include <weir/core/array.hpp>

#include "core/on_device.hpp"
#include "training/gradient_ops.hpp"

namespace weir {

GradientSum::GradientSum(Model& model, const EpochPlan& plan) : model_(&model) {
  if (plan.accumulate() > 1) sum_ = Tensor(model.parameter_arena().shape(), model.dtype(), model.device());
}

Gradients GradientSum::add(const Context& context, const MicroBatch& micro_batch) {
  if (micro_batch.alone()) return Gradients::as_made;
  const bool first = micro_batch.index == 0;
  on_device(context.device, cpu::accumulate, cuda::accumulate)(context, model_->gradient_arena(), micro_batch.share(), first, sum_);
  if (micro_batch.last) copy(context, sum_, model_->gradient_arena());
  return Gradients::changed;
}

}  // namespace weir
