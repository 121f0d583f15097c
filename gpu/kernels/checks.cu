// Max abs for the finite check, and the counts behind metrics. Atomics are used on integers only, where the order does not change the
// result.

#include "gpu/kernels/max_abs.cuh"
#include "training/check_ops.hpp"
#include "training/metrics/predictions.hpp"

namespace weir::cuda {

namespace {

using Count = unsigned long long;

template <class T>
__global__ void __launch_bounds__(block_threads) max_abs_kernel(std::int64_t count, const T* x, double* max_abs) {
  Magnitude<T> seen;
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) seen.look(x[i]);
  seen.raise(max_abs);
}

template <class Rows>
__global__ void __launch_bounds__(block_threads) count_correct_kernel(std::int64_t count, Rows rows, std::int64_t* correct) {
  Count hits = 0;
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) {
    const std::int64_t wanted = rows.wanted(i);
    hits += wanted >= 0 && rows.predicted(i) == wanted ? 1 : 0;
  }
  const Count total = block_total(hits);
  if (threadIdx.x == 0 && total > 0) atomicAdd(reinterpret_cast<Count*>(correct), total);
}

template <class T>
__global__ void __launch_bounds__(block_threads) count_top_k_kernel(std::int64_t rows, std::int64_t classes, std::int64_t k,
                                                                    const T* outputs, const std::int32_t* labels, std::int64_t* correct) {
  Count hits = 0;
  for (std::int64_t row = thread_index(); row < rows; row += thread_count()) {
    const std::int32_t label = labels[row];
    if (label >= 0 && label < classes) hits += rank_of(outputs + row * classes, classes, label) < k ? 1 : 0;
  }
  const Count total = block_total(hits);
  if (threadIdx.x == 0 && total > 0) atomicAdd(reinterpret_cast<Count*>(correct), total);
}

__global__ void __launch_bounds__(block_threads)
    count_labels_kernel(std::int64_t rows, std::int64_t classes, const std::int32_t* labels, std::int64_t* count) {
  Count seen = 0;
  for (std::int64_t row = thread_index(); row < rows; row += thread_count()) seen += labels[row] >= 0 && labels[row] < classes ? 1 : 0;
  const Count total = block_total(seen);
  if (threadIdx.x == 0 && total > 0) atomicAdd(reinterpret_cast<Count*>(count), total);
}

// One block per feature. Adds to sums[4, features]: sum of |error|, error^2, (target - centre) and (target - centre)^2 over the rows.
template <class T>
__global__ void __launch_bounds__(block_threads)
    regression_sums_kernel(std::int64_t rows, std::int64_t features, const T* x, const T* t, const T* centre, double* sums) {
  for (std::int64_t j = blockIdx.x; j < features; j += gridDim.x) {
    const double middle = static_cast<double>(centre[j]);
    double part[4] = {};
    for (std::int64_t row = threadIdx.x; row < rows; row += block_threads) {
      const double target = static_cast<double>(t[row * features + j]), error = static_cast<double>(x[row * features + j]) - target;
      part[0] += error < 0 ? -error : error;
      part[1] += error * error;
      part[2] += target - middle;
      part[3] += (target - middle) * (target - middle);
    }
    for (int i = 0; i < 4; ++i) {
      const double total = block_total(part[i]);
      if (threadIdx.x == 0) sums[i * features + j] += total;
    }
  }
}

template <class Rows>
__global__ void count_confusion_kernel(std::int64_t count, std::int64_t classes, Rows rows, std::int64_t* counts) {
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) {
    const std::int64_t predicted = rows.predicted(i), wanted = rows.wanted(i);
    if (predicted >= 0 && wanted >= 0) atomicAdd(reinterpret_cast<Count*>(counts + wanted * classes + predicted), Count{1});
  }
}

}  // namespace

void max_abs(const Context& context, const ConstTensorView& x, double* max_abs) {
  typed(x.dtype(), [&]<class T>(T) {
    launch(context, "max_abs", max_abs_kernel<T>, grid_of(context, x.elements()), x.elements(), data<T>(x), max_abs);
  });
}

void count_correct(const Context& context, const Classification& how, const ConstTensorView& outputs, const ConstTensorView& targets,
                   std::int64_t* correct) {
  with_predictions(how, outputs, targets, [&](std::int64_t count, std::int64_t, const auto& rows) {
    using Rows = std::remove_cvref_t<decltype(rows)>;
    launch(context, "count_correct", count_correct_kernel<Rows>, grid_of(context, count), count, rows, correct);
  });
}

void count_confusion(const Context& context, const Classification& how, const ConstTensorView& outputs, const ConstTensorView& targets,
                     std::int64_t* counts) {
  with_predictions(how, outputs, targets, [&](std::int64_t count, std::int64_t classes, const auto& rows) {
    using Rows = std::remove_cvref_t<decltype(rows)>;
    launch(context, "count_confusion", count_confusion_kernel<Rows>, grid_of(context, count), count, classes, rows, counts);
  });
}

void count_top_k(const Context& context, const ConstTensorView& outputs, const ConstTensorView& labels, std::int64_t k,
                 std::int64_t* correct) {
  const std::int64_t rows = labels.elements(), classes = rows == 0 ? 0 : outputs.elements() / rows;
  typed(outputs.dtype(), [&]<class T>(T) {
    launch(context, "count_top_k", count_top_k_kernel<T>, grid_of(context, rows), rows, classes, k, data<T>(outputs),
           data<std::int32_t>(labels), correct);
  });
}

void count_labels(const Context& context, const ConstTensorView& labels, std::int64_t classes, std::int64_t* count) {
  launch(context, "count_labels", count_labels_kernel, grid_of(context, labels.elements()), labels.elements(), classes,
         data<std::int32_t>(labels), count);
}

void regression_sums(const Context& context, const ConstTensorView& x, const ConstTensorView& t, const ConstTensorView& centre,
                     const TensorView& sums) {
  const std::int64_t features = centre.elements(), rows = x.elements() / features, most = 65535;
  typed(x.dtype(), [&]<class T>(T) {
    const Grid grid{static_cast<unsigned>(features < most ? features : most), 1, block_threads, 1};
    launch(context, "regression_sums", regression_sums_kernel<T>, grid, rows, features, data<T>(x), data<T>(t), data<T>(centre),
           data<double>(sums));
  });
}

}  // namespace weir::cuda
