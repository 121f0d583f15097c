#include "training/gradient_sum.hpp"

#include <weir/core/array.hpp>

#include "training/gradient_ops.hpp"

namespace weir {

GradientSum::GradientSum(Model& model, const EpochPlan& plan) : model_(&model) {
  if (plan.accumulate() > 1) sum_ = Tensor(model.parameter_arena().shape(), model.dtype(), model.device());
}

Gradients GradientSum::add(const Context& context, const StepPart& part) {
  if (part.alone()) return Gradients::as_made;
  const bool first = part.index == 0;
  (context.device.is_cuda() ? cuda::accumulate : cpu::accumulate)(context, model_->gradient_arena(), part.share(), first, sum_);
  if (part.last) copy(context, sum_, model_->gradient_arena());
  return Gradients::changed;
}

}  // namespace weir
