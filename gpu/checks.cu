// What training looks at after a step: magnitudes and counts, all as whole numbers, whose order of addition does not matter.

#include "gpu/largest.cuh"
#include "training/argmax.hpp"
#include "training/check_ops.hpp"

namespace weir::cuda {

namespace {

using Count = unsigned long long;

template <class T>
__global__ void __launch_bounds__(block_threads) max_abs_kernel(std::int64_t count, const T* x, double* largest) {
  Magnitude<T> seen;
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) seen.look(x[i]);
  seen.raise(largest);
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    count_correct_kernel(std::int64_t rows, std::int64_t classes, const T* outputs, const std::int32_t* labels, std::int64_t* correct) {
  Count hits = 0;
  for (std::int64_t row = thread_index(); row < rows; row += thread_count()) {
    hits += labels[row] >= 0 && argmax(outputs + row * classes, classes) == labels[row] ? 1 : 0;
  }
  const Count total = block_total(hits);
  if (threadIdx.x == 0 && total > 0) atomicAdd(reinterpret_cast<Count*>(correct), total);
}

template <class T>
__global__ void count_confusion_kernel(std::int64_t rows, std::int64_t classes, const T* outputs, const std::int32_t* labels,
                                       std::int64_t* counts) {
  for (std::int64_t row = thread_index(); row < rows; row += thread_count()) {
    const std::int64_t predicted = argmax(outputs + row * classes, classes);
    const std::int32_t label = labels[row];
    if (predicted >= 0 && label >= 0 && label < classes)
      atomicAdd(reinterpret_cast<Count*>(counts + label * classes + predicted), Count{1});
  }
}

}  // namespace

void max_abs(const Context& context, const ConstTensorView& x, double* largest) {
  typed(x.dtype(), [&](auto t) {
    using T = decltype(t);
    launch(context, "max_abs", max_abs_kernel<T>, grid_of(context, x.elements()), x.elements(), data<T>(x), largest);
  });
}

void count_correct(const Context& context, const ConstTensorView& outputs, const ConstTensorView& labels, std::int64_t* correct) {
  const std::int64_t rows = labels.elements(), classes = rows == 0 ? 0 : outputs.elements() / rows;
  typed(outputs.dtype(), [&](auto t) {
    using T = decltype(t);
    launch(context, "count_correct", count_correct_kernel<T>, grid_of(context, rows), rows, classes, data<T>(outputs),
           data<std::int32_t>(labels), correct);
  });
}

void count_confusion(const Context& context, const ConstTensorView& outputs, const ConstTensorView& labels, std::int64_t* counts) {
  const std::int64_t rows = labels.elements(), classes = rows == 0 ? 0 : outputs.elements() / rows;
  typed(outputs.dtype(), [&](auto t) {
    using T = decltype(t);
    launch(context, "count_confusion", count_confusion_kernel<T>, grid_of(context, rows), rows, classes, data<T>(outputs),
           data<std::int32_t>(labels), counts);
  });
}

}  // namespace weir::cuda
