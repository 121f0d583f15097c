// LayerNorm and RMSNorm: a group of threads of a warp per row. The gradients of weight and bias are sums over the rows.

#include "gpu/kernels/reduce.cuh"
#include "gpu/kernels/row_groups.cuh"
#include "layers/row_norm_ops.hpp"
#include "layers/rows.hpp"

namespace weir::cuda {

namespace {

template <class T>
__global__ void __launch_bounds__(block_threads)
    forward_kernel(Rows rows, int lanes, bool centred, T eps, const T* x, const T* weight, const T* bias, T* y, T* numbers) {
  over_row_groups(rows.count, rows.width, lanes, [=](std::int64_t row, std::int64_t n, int lane) {
    const T width = static_cast<T>(rows.width);
    const T* from = x + row * rows.width;
    T* to = y + row * rows.width;
    const T mean = centred ? sum_over_row<T>(n, lane, lanes, [=](std::int64_t j) { return from[j]; }) / width : T(0);
    const T squares = sum_over_row<T>(n, lane, lanes, [=](std::int64_t j) { return (from[j] - mean) * (from[j] - mean); });
    const T inverse = T(1) / std::sqrt(squares / width + eps);
    for (std::int64_t j = lane; j < n; j += lanes) {
      T value = (from[j] - mean) * inverse;
      if (weight != nullptr) value *= weight[j];
      if (bias != nullptr) value += bias[j];
      to[j] = value;
    }
    if (n == 0 || lane != 0) return;
    numbers[row * row_norm_numbers + row_norm_mean] = mean;
    numbers[row * row_norm_numbers + row_norm_inverse] = inverse;
  });
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    backward_kernel(Rows rows, int lanes, bool centred, const T* x, const T* dy, const T* weight, const T* numbers, T* dx) {
  over_row_groups(rows.count, rows.width, lanes, [=](std::int64_t row, std::int64_t n, int lane) {
    const T width = static_cast<T>(rows.width);
    const std::int64_t at = row * rows.width;
    const T mean = n == 0 ? T(0) : numbers[row * row_norm_numbers + row_norm_mean];
    const T inverse = n == 0 ? T(0) : numbers[row * row_norm_numbers + row_norm_inverse];
    const auto g = [=](std::int64_t j) { return weight != nullptr ? weight[j] * dy[at + j] : dy[at + j]; };
    const auto normed = [=](std::int64_t j) { return (x[at + j] - mean) * inverse; };
    const T shift = centred ? sum_over_row<T>(n, lane, lanes, g) / width : T(0);
    const T slope = sum_over_row<T>(n, lane, lanes, [=](std::int64_t j) { return g(j) * normed(j); }) / width;
    for (std::int64_t j = lane; j < n; j += lanes) dx[at + j] = inverse * (g(j) - shift - normed(j) * slope);
  });
}

// The terms of the weight's gradient: dy times the normalised x.
template <class T>
struct DyTimesNormalized {
  const T *x, *dy, *numbers;
  std::int64_t width;
  __device__ T operator()(std::int64_t row, std::int64_t column) const {
    const std::int64_t at = row * width + column;
    return dy[at] * ((x[at] - numbers[row * row_norm_numbers + row_norm_mean]) * numbers[row * row_norm_numbers + row_norm_inverse]);
  }
};

}  // namespace

void row_norm_forward(const Context& context, const RowNormForward& args) {
  const Rows rows = rows_of(args.x);
  const int lanes = lanes_for_row(rows.width);
  typed(args.y.dtype(), [&]<class T>(T) {
    launch(context, "row_norm", forward_kernel<T>, grid_of(context, rows.count * lanes), rows, lanes, args.centred,
           static_cast<T>(args.eps), data<T>(args.x), data<T>(args.weight), data<T>(args.bias), data<T>(args.y), data<T>(args.rows));
  });
}

void row_norm_backward(const Context& context, const RowNormBackward& args) {
  const Rows rows = rows_of(args.x);
  const int lanes = lanes_for_row(rows.width);
  const std::int64_t width = args.x.shape().last();
  typed(args.dy.dtype(), [&]<class T>(T) {
    const T *x = data<T>(args.x), *dy = data<T>(args.dy), *numbers = data<T>(args.rows);
    if (!args.dx.empty()) {
      launch(context, "row_norm gradient", backward_kernel<T>, grid_of(context, rows.count * lanes), rows, lanes, args.centred, x, dy,
             data<T>(args.weight), numbers, data<T>(args.dx));
    }
    if (!args.dweight.empty()) {
      sum_rows(context, "row_norm weight gradient", DyTimesNormalized<T>{x, dy, numbers, width}, rows.count, width, data<T>(args.dweight));
    }
    if (!args.dbias.empty()) sum_rows(context, "row_norm bias gradient", ReadElement<T>{dy}, rows.count, width, data<T>(args.dbias));
  });
}

}  // namespace weir::cuda
