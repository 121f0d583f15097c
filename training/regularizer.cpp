#include "training/regularizer.hpp"

#include <algorithm>
#include <weir/core/error.hpp>

#include "core/text.hpp"
#include "core/typed.hpp"
#include "training/gradient_ops.hpp"

namespace weir {

namespace {

bool is_limit(double value) { return value < GradientClip::none; }

void check_limit(const std::string& who, const char* name, double value) {
  if (value > 0) return;
  throw ConfigError(who + ": clip." + name + " is " + number_text(value) + ", expected a number above 0.");
}

}  // namespace

Regularizer::Regularizer(const std::string& who, Model& model, const ParameterGroups& groups, const GradientClip& clip)
    : model_(&model), groups_(&groups), clip_(clip) {
  check_limit(who, "value", clip.value);
  check_limit(who, "norm", clip.norm);
  check_limit(who, "global_norm", clip.global_norm);
  std::int64_t largest = 0;
  for (const TrainedParameter& parameter : groups.parameters()) {
    largest = std::max(largest, parameter.entry->shape.elements());
    most_l1_ = std::max(most_l1_, parameter.options->l1);
    most_l2_ = std::max(most_l2_, parameter.options->l2);
    limits_rows_ = limits_rows_ || is_limit(parameter.options->max_norm);
  }
  penalizes_ = most_l1_ > 0 || most_l2_ > 0;
  clips_ = is_limit(clip.value) || is_limit(clip.norm) || is_limit(clip.global_norm);
  if (!is_limit(clip.norm) && !is_limit(clip.global_norm)) return;
  partial_ = Tensor(Shape{ceil_div(largest, square_tile)}, DType::f64, model.device());
  sums_ = Tensor(Shape{static_cast<std::int64_t>(groups.parameters().size())}, DType::f64, model.device());
}

TensorView Regularizer::gradient(const TrainedParameter& parameter) const {
  return model_->gradient_arena().rows(parameter.entry->offset, parameter.entry->shape.elements());
}

void Regularizer::measure(const Context& context) {
  std::int64_t i = 0;
  for (const TrainedParameter& parameter : groups_->parameters()) {
    on_device::sum_squares(context, gradient(parameter), partial_, sums_.view().rows(i++, 1));
  }
}

void Regularizer::before_update(const Context& context) {
  if (penalizes_) {
    for (const TrainedParameter& parameter : groups_->parameters()) {
      if (parameter.options->l1 == 0 && parameter.options->l2 == 0) continue;
      const ConstTensorView w = model_->parameter_arena().rows(parameter.entry->offset, parameter.entry->shape.elements());
      on_device::add_penalties(context, w, parameter.options->l1, parameter.options->l2, gradient(parameter));
    }
  }
  if (is_limit(clip_.value)) {
    for (const Segment& segment : groups_->segments()) {
      on_device::clip_values(context, clip_.value, model_->gradient_arena().rows(segment.offset, segment.count));
    }
  }
  if (is_limit(clip_.norm)) {
    measure(context);
    std::int64_t i = 0;
    for (const TrainedParameter& parameter : groups_->parameters()) {
      on_device::clip_norm(context, sums_.view().rows(i++, 1), clip_.norm, gradient(parameter));
    }
  }
  if (is_limit(clip_.global_norm)) {
    measure(context);
    for (const Segment& segment : groups_->segments()) {
      on_device::clip_norm(context, sums_, clip_.global_norm, model_->gradient_arena().rows(segment.offset, segment.count));
    }
  }
}

void Regularizer::after_update(const Context& context, const std::uint64_t* skip) {
  if (!limits_rows_) return;
  for (const TrainedParameter& parameter : groups_->parameters()) {
    const Shape& shape = parameter.entry->shape;
    if (!is_limit(parameter.options->max_norm) || shape.rank() < 2 || shape.elements() == 0) continue;
    const TensorView w = model_->parameter_arena().rows(parameter.entry->offset, shape.elements());
    on_device::limit_rows(context, parameter.options->max_norm, skip, w.reshaped({shape.elements() / shape.last(), shape.last()}));
  }
}

}  // namespace weir
