// Batch normalisation. Mean and variance are two sums over the rows, one after the other. In the kernels that write elements, a thread
// handles one column: it keeps that column's statistics in registers and walks down the rows.

#include "gpu/kernels/map.cuh"
#include "gpu/kernels/reduce.cuh"
#include "gpu/kernels/rows.hpp"
#include "layers/batch_norm_ops.hpp"
#include "layers/rows.hpp"

namespace weir::cuda {

namespace {

template <class T>
struct SquaredDeviation {
  const T *x, *mean;
  std::int64_t width;
  __device__ T operator()(std::int64_t row, std::int64_t column) const {
    const T d = x[row * width + column] - mean[column];
    return d * d;
  }
};

template <class T>
struct DyTimesNormalized {
  const T *x, *dy, *mean, *inverse;
  std::int64_t width;
  __device__ T operator()(std::int64_t row, std::int64_t column) const {
    const std::int64_t at = row * width + column;
    return dy[at] * ((x[at] - mean[column]) * inverse[column]);
  }
};

template <class T>
struct DivideBy {
  T divisor;
  __device__ T operator()(T x) const { return x / divisor; }
};

template <class T>
struct Statistics {
  const T *old_mean, *old_var;
  T *next_mean, *next_var;
  T *mean, *inverse;
};

// On entry s.inverse holds the sums of squared deviations; they are replaced by 1 / sqrt(variance + eps).
template <class T>
__global__ void batch_statistics_kernel(std::int64_t width, T count, T momentum, T eps, Statistics<T> s) {
  for (std::int64_t j = thread_index(); j < width; j += thread_count()) {
    const T squares = s.inverse[j];
    s.next_mean[j] = (T(1) - momentum) * s.old_mean[j] + momentum * s.mean[j];
    s.next_var[j] = (T(1) - momentum) * s.old_var[j] + momentum * (squares / (count - T(1)));
    s.inverse[j] = T(1) / std::sqrt(squares / count + eps);
  }
}

template <class T>
__global__ void running_statistics_kernel(std::int64_t width, bool keep, T eps, Statistics<T> s) {
  for (std::int64_t j = thread_index(); j < width; j += thread_count()) {
    const T mean = s.old_mean[j], var = s.old_var[j];
    if (keep) s.next_mean[j] = mean, s.next_var[j] = var;
    s.mean[j] = mean;
    s.inverse[j] = T(1) / std::sqrt(var + eps);
  }
}

__device__ inline ColumnPlace column_place() { return {blockIdx.x, blockIdx.y, gridDim.y, threadIdx.x, threadIdx.y}; }

template <class T>
__global__ void __launch_bounds__(column_width* column_rows)
    normalize_kernel(Rows rows, const T* x, const T* mean, const T* inverse, const T* weight, const T* bias, T* y) {
  const ColumnPlace place = column_place();
  if (place.column >= rows.width) return;
  const bool affine = weight != nullptr;
  const T m = mean[place.column], scale = inverse[place.column];
  const T w = affine ? weight[place.column] : T(1), b = affine ? bias[place.column] : T(0);
  for (std::int64_t row = place.row; row < rows.count; row += place.step) {
    const std::int64_t i = row * rows.width + place.column;
    const T normed = (x[i] - m) * scale;
    y[i] = affine ? normed * w + b : normed;
  }
}

template <class T>
__global__ void __launch_bounds__(column_width* column_rows)
    gradient_kernel(Rows rows, T share, const T* x, const T* dy, const T* mean, const T* inverse, const T* weight, const T* bias_sum,
                    const T* weight_sum, T* dx) {
  const ColumnPlace place = column_place();
  if (place.column >= rows.width) return;
  const T m = mean[place.column], scale = inverse[place.column], b = bias_sum[place.column], w = weight_sum[place.column];
  const T slope = weight != nullptr ? weight[place.column] : T(1);
  for (std::int64_t row = place.row; row < rows.count; row += place.step) {
    const std::int64_t i = row * rows.width + place.column;
    const T normed = (x[i] - m) * scale;
    dx[i] = scale * (dy[i] - share * (b + normed * w)) * slope;
  }
}

Grid column_grid(const Rows& rows) {
  return {static_cast<unsigned>(ceil_div(rows.width, column_width)), static_cast<unsigned>(column_blocks(rows.count)), column_width,
          column_rows};
}

}  // namespace

void batch_norm_forward(const Context& context, const BatchNormForward& args) {
  const Rows rows{args.x.shape()[0], args.x.shape()[1]};
  typed(args.y.dtype(), [&]<class T>(T) {
    const T* x = data<T>(args.x);
    T *mean = data<T>(args.saved), *inverse = mean + rows.width;
    const T count = static_cast<T>(rows.count), eps = static_cast<T>(args.eps);
    const Statistics<T> s{data<T>(args.mean), data<T>(args.var), data<T>(args.next_mean), data<T>(args.next_var), mean, inverse};
    const Grid columns = grid_of(context, rows.width);
    if (context.training && rows.count > 0) {
      sum_rows(context, "batch_norm mean", ReadElement<T>{x}, rows.count, rows.width, mean);
      map(context, "batch_norm mean", rows.width, DivideBy<T>{count}, mean, static_cast<const T*>(mean));
      sum_rows(context, "batch_norm variance", SquaredDeviation<T>{x, mean, rows.width}, rows.count, rows.width, inverse);
      launch(context, "batch_norm statistics", batch_statistics_kernel<T>, columns, rows.width, count, static_cast<T>(args.momentum), eps,
             s);
    } else {
      launch(context, "batch_norm statistics", running_statistics_kernel<T>, columns, rows.width, context.training, eps, s);
    }
    launch(context, "batch_norm", normalize_kernel<T>, column_grid(rows), rows, x, mean, inverse, data<T>(args.weight), data<T>(args.bias),
           data<T>(args.y));
  });
}

void batch_norm_backward(const Context& context, const BatchNormBackward& args) {
  const Rows rows{args.x.shape()[0], args.x.shape()[1]};
  typed(args.dy.dtype(), [&]<class T>(T) {
    const T *x = data<T>(args.x), *dy = data<T>(args.dy), *mean = data<T>(args.saved), *inverse = mean + rows.width;
    T* bias_sum = args.dbias.empty() ? data<T>(args.sums) : data<T>(args.dbias);
    T* weight_sum = args.dweight.empty() ? data<T>(args.sums) + rows.width : data<T>(args.dweight);
    sum_rows(context, "batch_norm bias gradient", ReadElement<T>{dy}, rows.count, rows.width, bias_sum);
    sum_rows(context, "batch_norm weight gradient", DyTimesNormalized<T>{x, dy, mean, inverse, rows.width}, rows.count, rows.width,
             weight_sum);
    if (args.dx.empty()) return;
    const T share = context.training ? T(1) / static_cast<T>(rows.count) : T(0);
    launch(context, "batch_norm gradient", gradient_kernel<T>, column_grid(rows), rows, share, x, dy, mean, inverse, data<T>(args.weight),
           bias_sum, weight_sum, data<T>(args.dx));
  });
}

}  // namespace weir::cuda
