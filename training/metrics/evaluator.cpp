#include "training/metrics/evaluator.hpp"

#include <algorithm>
#include <weir/core/array.hpp>

#include "core/cpu/team.hpp"
#include "core/model/model_work.hpp"

namespace weir {

Evaluator::Evaluator(Model& model, const Dataset& data, const Losses& losses)
    : model_(&model),
      samples_(data.samples()),
      losses_(losses),
      loader_(data, model.device(), model.dtype(), model.max_batch()),
      sums_(losses.terms().size()),
      counter_(model, data, losses) {
  const Graph& graph = model.graph();
  for (std::size_t i = 0; i < losses_.terms().size(); ++i) {
    const Shape& output = graph.entries()[graph.outputs()[i]].plan.output;
    runners_.emplace_back(*losses_.terms()[i].loss, output, data.target_shape(i), std::min(model.max_batch(), samples_), model.dtype(),
                          model.device());
    divisors_.emplace_back(*losses_.terms()[i].loss, output, data.targets()[i].values, std::min(model.max_batch(), samples_));
  }
}

void Evaluator::add_batch(const Context& context, std::int64_t index) {
  const Batch batch = loader_.load(context, index);
  const std::span<const ConstTensorView> outputs = model_->forward(batch.inputs);
  for (std::size_t t = 0; t < runners_.size(); ++t)
    sums_[t] += divisors_[t].share(index) * runners_[t].sum(context, outputs[t], batch.targets[t]);
  counter_.add(context, outputs, batch);
}

void Evaluator::warm_up() {
  const Context context = context_for(model_->device());
  add_batch(context, 0);
  counter_.take(context);
}

Evaluation Evaluator::run() {
  const Context context = context_for(model_->device());
  std::fill(sums_.begin(), sums_.end(), 0.0);
  const std::int64_t work = multiplications(*model_, model_->max_batch());
  const bool team = context.device.is_cpu();  // for a GPU the host code uses parallel_for itself where it pays
  for (std::int64_t i = 0; i < loader_.batches(); ++i) {
    team ? with_team(context, work, [&] { add_batch(context, i); }) : add_batch(context, i);
  }
  Evaluation result;
  result.samples = samples_;
  result.accuracy = counter_.take(context).fraction();
  for (std::size_t t = 0; t < sums_.size(); ++t) result.loss += losses_.terms()[t].weight * divisors_[t].mean(sums_[t]);
  return result;
}

}  // namespace weir
