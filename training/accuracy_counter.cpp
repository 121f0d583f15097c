#include "training/accuracy_counter.hpp"

#include "training/check_ops.hpp"

namespace weir {

AccuracyCounter::AccuracyCounter(const Model& model, const Dataset& data, const Losses& losses) : correct_(model.device(), 1) {
  const Graph& graph = model.graph();
  for (std::size_t i = 0; i < losses.terms().size() && !term_; ++i) {
    const Shape& output = graph.entries()[graph.outputs()[i]].plan.output;
    const bool labels = data.targets()[i].values.dtype() == DType::i32;
    if (labels && losses.terms()[i].loss->classifies(output, data.target_shape(i))) term_ = i;
  }
}

void AccuracyCounter::reset() {
  rows_ = 0;
  correct_.host()[0] = 0;
  cleared_ = true;
}

void AccuracyCounter::add(const Context& context, std::span<const ConstTensorView> outputs, const Batch& batch) {
  if (!term_) return;
  if (cleared_) correct_.push(context);
  cleared_ = false;
  const ConstTensorView& labels = batch.targets[*term_];
  (context.device.is_cuda() ? cuda::count_correct : cpu::count_correct)(context, outputs[*term_], labels, correct_.on_device());
  rows_ += labels.elements();
}

std::optional<double> AccuracyCounter::accuracy(const Context& context) {
  if (!term_ || rows_ == 0) return std::nullopt;
  correct_.pull(context);
  return static_cast<double>(correct_.host()[0]) / static_cast<double>(rows_);
}

}  // namespace weir
