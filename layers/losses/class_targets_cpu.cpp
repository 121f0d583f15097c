#include "core/typed.hpp"
#include "layers/losses/class_targets_ops.hpp"
#include "layers/losses/loss_parts.hpp"
#include "layers/over_rows.hpp"

namespace weir::cpu {

namespace {

double ratio_of(const ClassTargets& options, const ConstTensorView& t, std::int64_t rows, std::int64_t batch) {
  const double all = static_cast<double>(rows), positions = all / static_cast<double>(batch);
  if (options.reduction == Reduction::sum) return all;
  if (options.reduction == Reduction::batch_mean) return positions;
  if (t.dtype() != DType::i32) return 1;
  const double total = weight_of_labels(t, options.weights, options.ignore_index);
  return total > 0 ? all / total : 0;
}

}  // namespace

void class_targets(const Context& context, const ClassTargets& options, const ConstTensorView& t, const TensorView& to) {
  if (to.elements() == 0) return;
  const std::int64_t classes = to.shape().last(), rows = to.elements() / classes;
  const double ratio = ratio_of(options, t, rows, to.shape()[0]);
  const double most = ratio * (1 - options.smoothing), rest = ratio * options.smoothing / static_cast<double>(classes);
  const auto weight = [&](std::int64_t j) { return options.weights.empty() ? 1.0 : options.weights[static_cast<std::size_t>(j)]; };
  typed(to.dtype(), [&]<class T>(T) {
    over_rows(context, {rows, classes}, [&](std::int64_t row) {
      T* out = data<T>(to) + row * classes;
      if (t.dtype() != DType::i32) {
        const T* p = data<T>(t) + row * classes;
        for (std::int64_t j = 0; j < classes; ++j) out[j] = static_cast<T>(weight(j) * (most * static_cast<double>(p[j]) + rest));
        return;
      }
      const std::int32_t label = data<std::int32_t>(t)[row];
      const bool ignored = options.ignore_index && label == *options.ignore_index;
      for (std::int64_t j = 0; j < classes; ++j) out[j] = ignored ? T(0) : static_cast<T>(weight(j) * rest);
      if (!ignored) out[label] = static_cast<T>(weight(label) * (most + rest));
    });
  });
}

}  // namespace weir::cpu
