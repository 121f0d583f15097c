#include "training/metrics/accuracy_counter.hpp"

#include <algorithm>

#include "core/model/profiling_hook.hpp"
#include "training/check_ops.hpp"

namespace weir {

AccuracyCounter::AccuracyCounter(const Model& model, const Dataset& data, const Losses& losses) : correct_(model.device(), 2) {
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
}

void AccuracyCounter::reset() {
  rows_ = 0;
  counted_correct_ = counted_rows_ = 0;
  correct_.host()[0] = correct_.host()[1] = 0;
  cleared_ = true;
}

void AccuracyCounter::add(const Context& context, std::span<const ConstTensorView> outputs, const Batch& batch) {
  if (!term_) return;
  const ProfiledScope watch(Phase::accuracy);
  if (cleared_) correct_.push(context);
  cleared_ = false;
  count(context, outputs, batch, correct_.on_device(), correct_.on_device() + 1);
  rows_ += batch.targets[*term_].elements();
}

void AccuracyCounter::count(const Context& context, std::span<const ConstTensorView> outputs, const Batch& batch, std::int64_t* correct,
                            std::int64_t* counted) const {
  if (!term_) return;
  const bool cuda = context.device.is_cuda();
  const ConstTensorView& labels = batch.targets[*term_];
  (cuda ? cuda::count_correct : cpu::count_correct)(context, outputs[*term_], labels, correct);
  if (some_ignored_) (cuda ? cuda::count_labels : cpu::count_labels)(context, labels, classes_, counted);
}

void AccuracyCounter::add_counted(std::int64_t samples, std::int64_t correct, std::int64_t counted) {
  rows_ += samples * rows_of_sample_;
  counted_correct_ += correct;
  counted_rows_ += counted;
}

std::optional<double> AccuracyCounter::accuracy(const Context& context) {
  if (!term_ || rows_ == 0) return std::nullopt;
  if (!cleared_) correct_.pull(context);
  const std::int64_t rows = some_ignored_ ? correct_.host()[1] + counted_rows_ : rows_;
  if (rows == 0) return std::nullopt;
  return static_cast<double>(correct_.host()[0] + counted_correct_) / static_cast<double>(rows);
}

}  // namespace weir
