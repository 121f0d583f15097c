// Sums over all elements, over rows, and of a loss. Two passes where one block is not enough. The order of additions depends on the sizes
// alone, so results are reproducible.

#include "core/array_ops.hpp"
#include "gpu/kernels/reduce.cuh"

namespace weir::cuda {

namespace {

// Block i adds up part i of x into to[i].
template <class T>
__global__ void __launch_bounds__(block_threads) sum_kernel(const T* x, Parts parts, T* to) {
  const std::int64_t part = blockIdx.x;
  const T sum = strided_sum<T>(parts.begin(part) + threadIdx.x, parts.end(part), block_threads, [x](std::int64_t i) { return x[i]; });
  const T total = block_total(sum);
  if (threadIdx.x == 0) to[part] = total;
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    accumulate_loss_kernel(std::int64_t batch, const T* y, const T* sample_weights, double weight, double* sum) {
  const double total = block_total(strided_sum<double>(threadIdx.x, batch, block_threads, [=](std::int64_t i) {
    return static_cast<double>(y[i]) * (sample_weights ? static_cast<double>(sample_weights[i]) : 1.0);
  }));
  if (threadIdx.x == 0) *sum += weight * total / static_cast<double>(batch);
}

template <class T>
void sum_everything(const Context& context, const T* x, std::int64_t count, T* y) {
  const std::int64_t parts = sum_parts(count);
  auto* partial = parts == 1 ? y : static_cast<T*>(stream_of(context.device).scratch);
  launch(context, "reduce_sum", sum_kernel<T>, Grid{static_cast<unsigned>(parts), 1, block_threads, 1}, x, Parts(count, parts), partial);
  if (parts > 1) launch(context, "reduce_sum", sum_kernel<T>, Grid{1, 1, block_threads, 1}, partial, Parts(parts, 1), y);
}

}  // namespace

void reduce_sum(const Context& context, const ConstTensorView& x, const TensorView& y) {
  typed(y.dtype(), [&]<class T>(T) {
    if (y.shape().rank() == 0) return sum_everything(context, data<T>(x), x.elements(), data<T>(y));
    sum_rows(context, "reduce_sum", ReadElement<T>{data<T>(x)}, x.shape()[0], y.elements(), data<T>(y));
  });
}

void accumulate_loss(const Context& context, const ConstTensorView& y, const ConstTensorView& sample_weights, double weight,
                     const TensorView& sum) {
  typed(y.dtype(), [&]<class T>(T) {
    launch(context, "accumulate_loss", accumulate_loss_kernel<T>, Grid{1, 1, block_threads, 1}, y.elements(), data<T>(y),
           data<T>(sample_weights), weight, data<double>(sum));
  });
}

}  // namespace weir::cuda
