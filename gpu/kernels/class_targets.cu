// Class targets for a loss (the formula is in class_targets_ops.hpp), one thread per element. Where the sum of all labels' weights is
// needed, one block computes it first.

#include <algorithm>
#include <string>
#include <weir/core/error.hpp>

#include "gpu/kernels/class_weights.hpp"
#include "gpu/kernels/launch.cuh"
#include "gpu/kernels/reduce.hpp"
#include "layers/losses/class_targets_ops.hpp"

namespace weir::cuda {

namespace {

// A label that is neither ignore_index nor a class is an error: nothing is read for it, and its targets become NaN.
struct Labels {
  const std::int32_t* at;
  std::int64_t classes;
  bool any_ignored;
  std::int32_t ignored;

  __device__ bool is_ignored(std::int64_t row) const { return any_ignored && at[row] == ignored; }
  __device__ bool is_class(std::int64_t row) const { return at[row] >= 0 && at[row] < classes; }
};

// The factors of the formula in class_targets_ops.hpp.
struct Factors {
  const double* weights;  // w_j; nullptr: 1 each
  double smoothing, ratio;
  const double* total;  // sum of the labels' weights, for r = rows / total; nullptr: r = ratio
  double rows, classes;

  __device__ double weight(std::int64_t j) const { return weights == nullptr ? 1.0 : weights[j]; }
  __device__ double r() const { return total == nullptr ? ratio : *total > 0 ? rows / *total : 0; }
  __device__ double of_target() const { return r() * (1 - smoothing); }
  __device__ double of_any_class() const { return r() * smoothing / classes; }
};

__global__ void __launch_bounds__(block_threads) total_kernel(std::int64_t rows, Labels labels, const double* weights, double* total) {
  const double sum = block_total(strided_sum<double>(threadIdx.x, rows, block_threads, [=](std::int64_t row) {
    if (labels.is_ignored(row) || !labels.is_class(row)) return 0.0;
    return weights == nullptr ? 1.0 : weights[labels.at[row]];
  }));
  if (threadIdx.x == 0) *total = sum;
}

template <class T>
__global__ void from_labels_kernel(std::int64_t count, Labels labels, Factors factors, T* to) {
  const double target = factors.of_target(), any = factors.of_any_class();
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) {
    const std::int64_t row = i / labels.classes, j = i % labels.classes;
    if (labels.is_ignored(row)) {
      to[i] = T(0);
    } else if (!labels.is_class(row)) {
      to[i] = T(NAN);
    } else {
      to[i] = static_cast<T>(factors.weight(j) * (j == labels.at[row] ? target + any : any));
    }
  }
}

template <class T>
__global__ void from_probabilities_kernel(std::int64_t count, std::int64_t classes, const T* t, Factors factors, T* to) {
  const double target = factors.of_target(), any = factors.of_any_class();
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) {
    to[i] = static_cast<T>(factors.weight(i % classes) * (target * static_cast<double>(t[i]) + any));
  }
}

// As many weights as one launch carries in its arguments.
struct Chunk {
  static constexpr std::size_t size = block_threads;
  double at[size];
};

__global__ void __launch_bounds__(block_threads) place_kernel(Chunk chunk, int count, double* to) {
  const int i = static_cast<int>(threadIdx.x);
  if (i < count) to[i] = chunk.at[i];
}

}  // namespace

const double* place_class_weights(const Context& context, const char* who, std::span<const double> weights) {
  if (weights.empty()) return nullptr;
  if (weights.size() > most_class_weights) {
    throw DeviceError(std::string(who) + ": got weights of " + std::to_string(weights.size()) + " classes, " + to_string(context.device) +
                      " takes at most " + std::to_string(most_class_weights) + ". Leave the weights out, or use Device::cpu().");
  }
  double* to = static_cast<double*>(stream_of(context.device).scratch) + 1;
  for (std::size_t begin = 0; begin < weights.size(); begin += Chunk::size) {
    const auto part = weights.subspan(begin, std::min(Chunk::size, weights.size() - begin));
    Chunk chunk{};
    std::copy(part.begin(), part.end(), chunk.at);
    launch(context, who, place_kernel, Grid{1, 1, block_threads, 1}, chunk, static_cast<int>(part.size()), to + begin);
  }
  return to;
}

void class_targets(const Context& context, const ClassTargets& options, const ConstTensorView& t, const TensorView& to) {
  if (to.elements() == 0) return;
  const char* op = "class_targets";
  const std::int64_t classes = to.shape().last(), rows = to.elements() / classes;
  const double all = static_cast<double>(rows), positions = all / static_cast<double>(to.shape()[0]);
  const bool has_labels = t.dtype() == DType::i32;
  const Labels labels{data<std::int32_t>(t), classes, options.ignore_index.has_value(), options.ignore_index.value_or(0)};
  Factors factors{place_class_weights(context, op, options.weights), options.smoothing, 1, nullptr, all, static_cast<double>(classes)};
  if (options.reduction != Reduction::mean) {
    factors.ratio = options.reduction == Reduction::sum ? all : positions;
  } else if (has_labels) {
    auto* total = static_cast<double*>(stream_of(context.device).scratch);
    launch(context, op, total_kernel, Grid{1, 1, block_threads, 1}, rows, labels, factors.weights, total);
    factors.total = total;
  }
  typed(to.dtype(), [&]<class T>(T) {
    if (has_labels) {
      launch(context, op, from_labels_kernel<T>, grid_of(context, to.elements()), to.elements(), labels, factors, data<T>(to));
    } else {
      launch(context, op, from_probabilities_kernel<T>, grid_of(context, to.elements()), to.elements(), classes, data<T>(t), factors,
             data<T>(to));
    }
  });
}

}  // namespace weir::cuda
