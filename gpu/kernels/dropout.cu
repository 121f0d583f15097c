// Dropout. Philox yields four random words at a time, so a thread handles four elements per draw. The step counter, part of the random
// key, is read from device memory, so that a recorded step draws new numbers in each replay.

#include "gpu/kernels/launch.cuh"
#include "layers/dropout_ops.hpp"

namespace weir::cuda {

namespace {

template <class T>
__global__ void __launch_bounds__(block_threads)
    forward_kernel(std::int64_t n, RandomKey key, const std::uint64_t* step, std::uint64_t dropped_below, T scale, const T* x, T* y,
                   std::uint8_t* kept) {
  const std::uint64_t now = step == nullptr ? 0 : *step;
  share_draws(n, thread_index(), thread_count(), [=](std::int64_t draw, std::int64_t first, int count) {
    const auto bits = random_bits(key, static_cast<std::uint64_t>(draw), now);
#pragma unroll
    for (int j = 0; j < 4; ++j) {
      if (j >= count) break;
      const bool keep = bits[static_cast<std::size_t>(j)] >= dropped_below;
      kept[first + j] = keep ? 1 : 0;
      y[first + j] = keep ? x[first + j] * scale : T(0);
    }
  });
}

template <class T>
__global__ void backward_kernel(std::int64_t n, T scale, const std::uint8_t* kept, const T* dy, T* dx) {
  for (std::int64_t i = thread_index(); i < n; i += thread_count()) dx[i] = kept[i] != 0 ? dy[i] * scale : T(0);
}

}  // namespace

void dropout_forward(const Context& context, double p, const ConstTensorView& x, const TensorView& y, const TensorView& kept) {
  const std::int64_t n = y.elements();
  typed(y.dtype(), [&]<class T>(T) {
    launch(context, "dropout", forward_kernel<T>, grid_of(context, ceil_div(n, 4)), n, context.key, context.step, dropped_below(p),
           kept_scale<T>(p), data<T>(x), data<T>(y), data<std::uint8_t>(kept));
  });
}

void dropout_backward(const Context& context, double p, const ConstTensorView& kept, const ConstTensorView& dy, const TensorView& dx) {
  typed(dx.dtype(), [&]<class T>(T) {
    launch(context, "dropout gradient", backward_kernel<T>, grid_of(context, dx.elements()), dx.elements(), kept_scale<T>(p),
           data<std::uint8_t>(kept), data<T>(dy), data<T>(dx));
  });
}

}  // namespace weir::cuda
