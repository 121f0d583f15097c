// Gradients before an update (penalties, clipping, accumulation); the norm limit and the average of parameters after it.

#include "gpu/kernels/map.cuh"
#include "gpu/kernels/reduce.hpp"
#include "training/gradient_ops.hpp"

namespace weir::cuda {

namespace {

template <class T>
struct Penalize {
  T l1, l2;
  __device__ T operator()(T g, T w) const {
    const T sign = w > T(0) ? T(1) : w < T(0) ? T(-1) : T(0);
    return g + (l1 * sign + l2 * w);
  }
};

template <class T>
struct Clip {
  T limit;
  __device__ T operator()(T g) const { return g > limit ? limit : g < -limit ? -limit : g; }
};

template <class T>
struct Scaled {
  T factor;
  __device__ T operator()(T x) const { return factor * x; }
};
template <class T>
struct AddScaled {
  T factor;
  __device__ T operator()(T a, T x) const { return a + factor * x; }
};

template <class T>
__device__ double square(T x) {
  return static_cast<double>(x) * static_cast<double>(x);
}

// Block i sums the squares of part i.
template <class T>
__global__ void __launch_bounds__(block_threads) squares_kernel(const T* x, Parts parts, double* partial) {
  const std::int64_t part = blockIdx.x;
  const double total = block_total(
      strided_sum<double>(parts.begin(part) + threadIdx.x, parts.end(part), block_threads, [x](std::int64_t i) { return square(x[i]); }));
  if (threadIdx.x == 0) partial[part] = total;
}

__global__ void __launch_bounds__(block_threads) total_kernel(const double* partial, std::int64_t count, double* sum) {
  const double total =
      block_total(strided_sum<double>(threadIdx.x, count, block_threads, [partial](std::int64_t i) { return partial[i]; }));
  if (threadIdx.x == 0) *sum = total;
}

// `sums` has one sum of squares for each parameter. Every thread adds up all of them, in the same order, so that all get the same factor.
template <class T>
__global__ void clip_norm_kernel(const double* sums, std::int64_t sum_count, double limit, std::int64_t count, T* g) {
  double total = 0;
  for (std::int64_t i = 0; i < sum_count; ++i) total += sums[i];
  const double factor = limit / (std::sqrt(total) + 1e-6);
  if (factor >= 1) return;
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) g[i] *= static_cast<T>(factor);
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    limit_rows_kernel(std::int64_t rows, std::int64_t width, double limit, const std::uint64_t* skip, T* w) {
  if (skip != nullptr && *skip != 0) return;
  __shared__ double norm;
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    T* at = w + row * width;
    const double total =
        block_total(strided_sum<double>(threadIdx.x, width, block_threads, [at](std::int64_t i) { return square(at[i]); }));
    if (threadIdx.x == 0) norm = std::sqrt(total);
    __syncthreads();
    if (norm > limit) {
      const T factor = static_cast<T>(limit / norm);
      for (std::int64_t i = threadIdx.x; i < width; i += block_threads) at[i] *= factor;
    }
    __syncthreads();
  }
}

template <class T>
__global__ void average_kernel(AverageUpdate update, Lerp<T> lerp, std::int64_t count, const T* w, T* average) {
  if (!update.due()) return;
  const bool copies = update.number() == update.first;
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) average[i] = copies ? w[i] : lerp(average[i], w[i]);
}

}  // namespace

void add_penalties(const Context& context, const ConstTensorView& w, double l1, double l2, const TensorView& g) {
  typed(g.dtype(), [&]<class T>(T) {
    map(context, "penalties", g.elements(), Penalize<T>{static_cast<T>(l1), static_cast<T>(l2)}, data<T>(g), data<T>(ConstTensorView(g)),
        data<T>(w));
  });
}

void clip_values(const Context& context, double limit, const TensorView& g) {
  typed(g.dtype(), [&]<class T>(T) {
    map(context, "clip_values", g.elements(), Clip<T>{static_cast<T>(limit)}, data<T>(g), data<T>(ConstTensorView(g)));
  });
}

void sum_squares(const Context& context, const ConstTensorView& x, const TensorView& partial, const TensorView& sum) {
  const std::int64_t tiles = ceil_div(x.elements(), square_tile), most = 1024, parts = tiles < 1 ? 1 : tiles < most ? tiles : most;
  double* sums = x.elements() == 0 ? data<double>(sum) : data<double>(partial);
  typed(x.dtype(), [&]<class T>(T) {
    launch(context, "sum_squares", squares_kernel<T>, Grid{static_cast<unsigned>(parts), 1, block_threads, 1}, data<T>(x),
           Parts(x.elements(), parts), sums);
  });
  if (x.elements() > 0) {
    launch(context, "sum_squares", total_kernel, Grid{1, 1, block_threads, 1}, sums, parts, data<double>(sum));
  }
}

void clip_norm(const Context& context, const ConstTensorView& sums, double limit, const TensorView& g) {
  typed(g.dtype(), [&]<class T>(T) {
    launch(context, "clip_norm", clip_norm_kernel<T>, grid_of(context, g.elements()), data<double>(sums), sums.elements(), limit,
           g.elements(), data<T>(g));
  });
}

void limit_rows(const Context& context, double limit, const std::uint64_t* skip, const TensorView& w) {
  const std::int64_t rows = w.shape()[0], most = std::int64_t{stream_of(context.device).multiprocessors} * 32;
  typed(w.dtype(), [&]<class T>(T) {
    const Grid grid{static_cast<unsigned>(rows < most ? rows : most), 1, block_threads, 1};
    launch(context, "limit_rows", limit_rows_kernel<T>, grid, rows, w.shape()[1], limit, skip, data<T>(w));
  });
}

void accumulate(const Context& context, const ConstTensorView& a, double factor, const ConstTensorView& x, const TensorView& y) {
  typed(y.dtype(), [&]<class T>(T) {
    if (a.empty()) return map(context, "accumulate", y.elements(), Scaled<T>{static_cast<T>(factor)}, data<T>(y), data<T>(x));
    map(context, "accumulate", y.elements(), AddScaled<T>{static_cast<T>(factor)}, data<T>(y), data<T>(a), data<T>(x));
  });
}

void update_average(const Context& context, const AverageUpdate& update, const ConstTensorView& w, const TensorView& average) {
  typed(average.dtype(), [&]<class T>(T) {
    launch(context, "update_average", average_kernel<T>, grid_of(context, average.elements()), update,
           Lerp<T>{static_cast<T>(1 - update.decay)}, average.elements(), data<T>(w), data<T>(average));
  });
}

}  // namespace weir::cuda
