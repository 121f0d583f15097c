// Targets as weights of classes, element by element; what all labels weigh together is added up first, by one block.

#include "gpu/kernels/class_weights.hpp"
#include "gpu/kernels/launch.cuh"
#include "gpu/kernels/reduce.hpp"
#include "layers/losses/class_targets_ops.hpp"

namespace weir::cuda {

namespace {

// Which labels count. One that is neither ignored nor a class is wrong: it reads nothing, and its targets are NaN.
struct Labels {
  const std::int32_t* at;
  std::int64_t classes;
  bool any_ignored;
  std::int32_t ignored;

  __device__ bool is_ignored(std::int64_t row) const { return any_ignored && at[row] == ignored; }
  __device__ bool is_class(std::int64_t row) const { return at[row] >= 0 && at[row] < classes; }
};

// What every element is made from: the weights, nullptr for 1 each, and r.
struct Shares {
  const double* weights;
  double smoothing, ratio;
  const double* total;  // of the labels' weights, which make r of all rows; nullptr: r is `ratio`
  double rows, classes;

  __device__ double weight(std::int64_t j) const { return weights == nullptr ? 1.0 : weights[j]; }
  __device__ double r() const { return total == nullptr ? ratio : *total > 0 ? rows / *total : 0; }
  __device__ double most() const { return r() * (1 - smoothing); }
  __device__ double rest() const { return r() * smoothing / classes; }
};

__global__ void __launch_bounds__(block_threads) total_kernel(std::int64_t rows, Labels labels, const double* weights, double* total) {
  const double sum = block_total(strided_sum<double>(threadIdx.x, rows, block_threads, [=](std::int64_t row) {
    if (labels.is_ignored(row) || !labels.is_class(row)) return 0.0;
    return weights == nullptr ? 1.0 : weights[labels.at[row]];
  }));
  if (threadIdx.x == 0) *total = sum;
}

template <class T>
__global__ void from_labels_kernel(std::int64_t count, Labels labels, Shares shares, T* to) {
  const double most = shares.most(), rest = shares.rest();
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) {
    const std::int64_t row = i / labels.classes, j = i % labels.classes;
    if (labels.is_ignored(row)) {
      to[i] = T(0);
    } else if (!labels.is_class(row)) {
      to[i] = T(NAN);
    } else {
      to[i] = static_cast<T>(shares.weight(j) * (j == labels.at[row] ? most + rest : rest));
    }
  }
}

template <class T>
__global__ void from_probabilities_kernel(std::int64_t count, std::int64_t classes, const T* t, Shares shares, T* to) {
  const double most = shares.most(), rest = shares.rest();
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) {
    to[i] = static_cast<T>(shares.weight(i % classes) * (most * static_cast<double>(t[i]) + rest));
  }
}

}  // namespace

void class_targets(const Context& context, const ClassTargets& options, const ConstTensorView& t, const TensorView& to) {
  if (to.elements() == 0) return;
  const char* op = "class_targets";
  const std::int64_t classes = to.shape().last(), rows = to.elements() / classes;
  const double all = static_cast<double>(rows), positions = all / static_cast<double>(to.shape()[0]);
  const bool has_labels = t.dtype() == DType::i32;
  const Labels labels{data<std::int32_t>(t), classes, options.ignore_index.has_value(), options.ignore_index.value_or(0)};
  Shares shares{place_class_weights(context, op, options.weights), options.smoothing, 1, nullptr, all, static_cast<double>(classes)};
  if (options.reduction != Reduction::mean) {
    shares.ratio = options.reduction == Reduction::sum ? all : positions;
  } else if (has_labels) {
    auto* total = static_cast<double*>(stream_of(context.device).scratch);
    launch(context, op, total_kernel, Grid{1, 1, block_threads, 1}, rows, labels, shares.weights, total);
    shares.total = total;
  }
  typed(to.dtype(), [&](auto type) {
    using T = decltype(type);
    if (has_labels) {
      launch(context, op, from_labels_kernel<T>, grid_of(context, to.elements()), to.elements(), labels, shares, data<T>(to));
    } else {
      launch(context, op, from_probabilities_kernel<T>, grid_of(context, to.elements()), to.elements(), classes, data<T>(t), shares,
             data<T>(to));
    }
  });
}

}  // namespace weir::cuda
