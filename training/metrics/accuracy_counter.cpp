#include "training/metrics/accuracy_counter.hpp"

#include <algorithm>
#include <utility>
#include <weir/core/error.hpp>

#include "core/model/profiling_hook.hpp"
#include "training/check_ops.hpp"

namespace weir {

namespace {

// A loss of a user's own may state what does not fit its shapes.
void check_fits(const Loss& loss, const Classification& how, const Shape& output, const Shape& target) {
  const bool label = how.by == Classification::By::label, rows = how.by != Classification::By::threshold;
  const bool fits = output.elements() > 0 && (output.rank() > 0 || !rows) &&
                    (label ? target.elements() * output.last() == output.elements() : target == output);
  if (fits) return;
  throw ShapeError(loss.describe() + ": its classification() compares outputs " + to_string(output) + " with targets " + to_string(target) +
                   ", expected " +
                   (label  ? "[..., classes] and [...]"
                    : rows ? "[..., classes] both"
                           : "equal shapes") +
                   ". Correct it.");
}

}  // namespace

AccuracyCounter::AccuracyCounter(const Model& model, const Dataset& data, const Losses& losses) : totals_(model.device(), 2) {
  const Graph& graph = model.graph();
  for (std::size_t i = 0; i < losses.terms().size() && !term_; ++i) {
    const Loss& loss = *losses.terms()[i].loss;
    const Shape& output = graph.output_shape(i);
    const Shape target = data.target_shape(i);
    const auto how = loss.classification(output, target);
    if (!how || (how->by == Classification::By::label) != (data.targets()[i].values.dtype() == DType::i32)) continue;
    check_fits(loss, *how, output, target);
    term_ = i;
    how_ = *how;
    if (how_.by != Classification::By::threshold) classes_ = output.last();
    rows_of_sample_ = how_.by == Classification::By::largest ? target.elements() / classes_ : target.elements();
  }
  if (!term_) return;
  if (how_.by == Classification::By::label) {
    const auto labels = data.targets()[*term_].values.values<std::int32_t>();
    some_ignored_ = std::any_of(labels.begin(), labels.end(), [this](std::int32_t label) { return label < 0 || label >= classes_; });
  }
  totals_.push(context_for(model.device()));
}

void AccuracyCounter::add(const Context& context, std::span<const ConstTensorView> outputs, const Batch& batch) {
  if (!term_) return;
  const ProfiledScope watch(Phase::accuracy);
  count(context, outputs, batch, totals_.on_device(), totals_.on_device() + 1);
  added_ += batch.targets[*term_].shape()[0] * rows_of_sample_;
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
  const ConstTensorView& targets = batch.targets[*term_];
  on_device::count_correct(context, how_, outputs[*term_], targets, correct);
  if (some_ignored_) on_device::count_labels(context, targets, classes_, counted);
}

AccuracyCounts AccuracyCounter::rows(std::int64_t samples, std::int64_t correct, std::int64_t counted) const {
  if (!term_) return {};
  return {correct, some_ignored_ ? counted : samples * rows_of_sample_};
}

}  // namespace weir
