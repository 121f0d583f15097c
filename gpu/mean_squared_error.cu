// Mean squared error: a block for each sample, sums in double.

#include "gpu/launch.cuh"
#include "gpu/reduce.hpp"
#include "layers/mean_squared_error_ops.hpp"

namespace weir::cuda {

namespace {

template <class T>
__global__ void __launch_bounds__(block_threads) forward_kernel(std::int64_t samples, std::int64_t features, const T* x, const T* t, T* y) {
  for (std::int64_t sample = blockIdx.x; sample < samples; sample += gridDim.x) {
    const std::int64_t at = sample * features;
    const double total = block_total(strided_sum<double>(threadIdx.x, features, block_threads, [=](std::int64_t i) {
      const T d = x[at + i] - t[at + i];
      return static_cast<double>(d * d);
    }));
    if (threadIdx.x == 0) y[sample] = static_cast<T>(total / static_cast<double>(features));
  }
}

template <class T>
__global__ void backward_kernel(std::int64_t samples, std::int64_t features, const T* x, const T* t, const T* dy, T* dx, T* dt) {
  for (std::int64_t i = thread_index(); i < samples * features; i += thread_count()) {
    const T g = dy[i / features] * (T(2) / static_cast<T>(features)), a = x[i], b = t[i];
    if (dx != nullptr) dx[i] = g * (a - b);
    if (dt != nullptr) dt[i] = g * (b - a);
  }
}

std::int64_t features_of(const ConstTensorView& x, std::int64_t samples) { return samples == 0 ? 1 : x.elements() / samples; }

}  // namespace

void mean_squared_error_forward(const Context& context, const ConstTensorView& x, const ConstTensorView& t, const TensorView& y) {
  const std::int64_t samples = y.elements(), most = std::int64_t{stream_of(context.device).multiprocessors} * 32;
  typed(y.dtype(), [&](auto type) {
    using T = decltype(type);
    const Grid grid{static_cast<unsigned>(samples < most ? samples : most), 1, block_threads, 1};
    launch(context, "mean_squared_error", forward_kernel<T>, grid, samples, features_of(x, samples), data<T>(x), data<T>(t), data<T>(y));
  });
}

void mean_squared_error_backward(const Context& context, const ConstTensorView& x, const ConstTensorView& t, const ConstTensorView& dy,
                                 const TensorView& dx, const TensorView& dt) {
  const std::int64_t samples = dy.elements(), features = features_of(x, samples);
  typed(dy.dtype(), [&](auto type) {
    using T = decltype(type);
    launch(context, "mean_squared_error gradient", backward_kernel<T>, grid_of(context, samples * features), samples, features, data<T>(x),
           data<T>(t), data<T>(dy), data<T>(dx), data<T>(dt));
  });
}

}  // namespace weir::cuda
