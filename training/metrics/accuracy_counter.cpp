#include "training/metrics/accuracy_counter.hpp"

#include <algorithm>
#include <utility>

#include "core/model/profiling_hook.hpp"
#include "core/on_device.hpp"
#include "training/check_ops.hpp"

namespace weir {

AccuracyCounter::AccuracyCounter(const Model& model, const Dataset& data, const Losses& losses) : totals_(model.device(), 2) {
  const Graph& graph = model.graph();
  for (std::size_t i = 0; i < losses.terms().size() && !term_; ++i) {
    const Shape& output = graph.entries()[graph.outputs()[i]].plan.output;
    const bool labels = data.targets()[i].values.dtype() == DType::i32;
    if (labels && losses.terms()[i].loss->classifies(output, data.target_shape(i))) term_ = i;
    if (term_) rows_of_sample_ = data.target_shape(i).elements();
  }
  if (!term_) return;
  classes_ = graph.entries()[graph.outputs()[*term_]].plan.output.last();
  const auto labels = data.targets()[*term_].values.values<std::int32_t>();
  some_ignored_ = std::any_of(labels.begin(), labels.end(), [this](std::int32_t label) { return label < 0 || label >= classes_; });
  totals_.push(context_for(model.device()));
}

void AccuracyCounter::add(const Context& context, std::span<const ConstTensorView> outputs, const Batch& batch) {
  if (!term_) return;
  const ProfiledScope watch(Phase::accuracy);
  count(context, outputs, batch, totals_.on_device(), totals_.on_device() + 1);
  added_ += batch.targets[*term_].elements();
}

AccuracyCounts AccuracyCounter::take(const Context& context) {
  if (!term_) return {};
  totals_.pull(context);
  const AccuracyCounts now{totals_.host()[0], totals_.host()[1]}, before = std::exchange(taken_, now);
  return {now.correct - before.correct, some_ignored_ ? now.counted - before.counted : std::exchange(added_, 0)};
}

void AccuracyCounter::count(const Context& context, std::span<const ConstTensorView> outputs, const Batch& batch, std::int64_t* correct,
                            std::int64_t* counted) const {
  if (!term_) return;
  const ConstTensorView& labels = batch.targets[*term_];
  on_device(context.device, cpu::count_correct, cuda::count_correct)(context, outputs[*term_], labels, correct);
  if (some_ignored_) on_device(context.device, cpu::count_labels, cuda::count_labels)(context, labels, classes_, counted);
}

AccuracyCounts AccuracyCounter::rows(std::int64_t samples, std::int64_t correct, std::int64_t counted) const {
  if (!term_) return {};
  return {correct, some_ignored_ ? counted : samples * rows_of_sample_};
}

}  // namespace weir
