// Softmax and LogSoftmax: a group of threads of a warp per row. An element is read and written by the same thread, so y may be x.

#include "gpu/kernels/row_groups.cuh"
#include "layers/rows.hpp"
#include "layers/softmax_exp.hpp"
#include "layers/softmax_ops.hpp"

namespace weir::cuda {

namespace {

template <class T>
__device__ T exp_minus_max(T x, T max) {
  return softmax_exp(softmax_clamp(x - max));
}

template <class T>
__global__ void __launch_bounds__(block_threads) softmax_kernel(Rows rows, int lanes, const T* x, T* y) {
  over_row_groups(rows.count, rows.width, lanes, [=](std::int64_t row, std::int64_t n, int lane) {
    const T* from = x + row * rows.width;
    T* to = y + row * rows.width;
    const T max = row_max_of(lane_max_of(from, n, lane, lanes), lanes);
    const T sum = sum_over_row<T>(n, lane, lanes, [=](std::int64_t j) { return to[j] = exp_minus_max(from[j], max); });
    for (std::int64_t j = lane; j < n; j += lanes) to[j] /= sum;
  });
}

template <class T>
__global__ void __launch_bounds__(block_threads) softmax_gradient_kernel(Rows rows, int lanes, const T* y, const T* dy, T* dx) {
  over_row_groups(rows.count, rows.width, lanes, [=](std::int64_t row, std::int64_t n, int lane) {
    const std::int64_t at = row * rows.width;
    const T mean = sum_over_row<T>(n, lane, lanes, [=](std::int64_t j) { return y[at + j] * dy[at + j]; });
    for (std::int64_t j = lane; j < n; j += lanes) dx[at + j] = y[at + j] * (dy[at + j] - mean);
  });
}

template <class T>
__global__ void __launch_bounds__(block_threads) log_softmax_kernel(Rows rows, int lanes, const T* x, T* y) {
  over_row_groups(rows.count, rows.width, lanes, [=](std::int64_t row, std::int64_t n, int lane) {
    const T* from = x + row * rows.width;
    T* to = y + row * rows.width;
    const T max = row_max_of(lane_max_of(from, n, lane, lanes), lanes);
    const T log_sum = std::log(sum_over_row<T>(n, lane, lanes, [=](std::int64_t j) { return exp_minus_max(from[j], max); }));
    for (std::int64_t j = lane; j < n; j += lanes) to[j] = (from[j] - max) - log_sum;
  });
}

template <class T>
__global__ void __launch_bounds__(block_threads) log_softmax_gradient_kernel(Rows rows, int lanes, const T* y, const T* dy, T* dx) {
  over_row_groups(rows.count, rows.width, lanes, [=](std::int64_t row, std::int64_t n, int lane) {
    const std::int64_t at = row * rows.width;
    const T sum = sum_over_row<T>(n, lane, lanes, [=](std::int64_t j) { return dy[at + j]; });
    for (std::int64_t j = lane; j < n; j += lanes) dx[at + j] = dy[at + j] - exp_minus_max(y[at + j], T(0)) * sum;
  });
}

// Launches kernel(rows, lanes, arguments...) with `lanes` threads for each row of a tensor of x's shape.
template <class... P, class... A>
void over_rows_of(const Context& context, const char* op, void (*kernel)(Rows, int, P...), const ConstTensorView& x,
                  const A&... arguments) {
  const Rows rows = rows_of(x);
  const int lanes = lanes_for_row(rows.width);
  launch(context, op, kernel, grid_of(context, rows.count * lanes), rows, lanes, arguments...);
}

}  // namespace

void softmax_forward(const Context& context, const ConstTensorView& x, const TensorView& y) {
  typed(y.dtype(), [&]<class T>(T) { over_rows_of(context, "softmax", softmax_kernel<T>, y, data<T>(x), data<T>(y)); });
}

void softmax_backward(const Context& context, const ConstTensorView& y, const ConstTensorView& dy, const TensorView& dx) {
  typed(dx.dtype(), [&]<class T>(T) {
    over_rows_of(context, "softmax gradient", softmax_gradient_kernel<T>, dx, data<T>(y), data<T>(dy), data<T>(dx));
  });
}

void log_softmax_forward(const Context& context, const ConstTensorView& x, const TensorView& y) {
  typed(y.dtype(), [&]<class T>(T) { over_rows_of(context, "log_softmax", log_softmax_kernel<T>, y, data<T>(x), data<T>(y)); });
}

void log_softmax_backward(const Context& context, const ConstTensorView& y, const ConstTensorView& dy, const TensorView& dx) {
  typed(dx.dtype(), [&]<class T>(T) {
    over_rows_of(context, "log_softmax gradient", log_softmax_gradient_kernel<T>, dx, data<T>(y), data<T>(dy), data<T>(dx));
  });
}

}  // namespace weir::cuda
