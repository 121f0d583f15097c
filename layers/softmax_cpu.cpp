#include <algorithm>
#include <cmath>

#include "core/cpu/lanes.hpp"
#include "core/typed.hpp"
#include "layers/over_rows.hpp"
#include "layers/softmax_exp.hpp"
#include "layers/softmax_ops.hpp"

namespace weir::cpu {

namespace {

// y = exp(x - most); y may be x. Two loops, see softmax_exp.hpp.
template <class T>
void exp_below(const T* x, T most, T* y, std::int64_t count) {
  for (std::int64_t j = 0; j < count; ++j) y[j] = softmax_clamp(x[j] - most);
  for (std::int64_t j = 0; j < count; ++j) y[j] = softmax_exp(y[j]);
}

// The sum of exp(x - most), in blocks that are summed in order.
template <class T>
T sum_of_exp(const T* x, T most, std::int64_t count) {
  constexpr std::int64_t block = 256;
  T e[block];
  T sum = 0;
  for (std::int64_t at = 0; at < count; at += block) {
    const std::int64_t some = std::min(block, count - at);
    exp_below(x + at, most, e, some);
    sum += lane_sum<T>(some, [&](std::int64_t j) { return e[j]; });
  }
  return sum;
}

}  // namespace

void softmax_forward(const Context& context, const ConstTensorView& x, const TensorView& y) {
  const Rows rows = rows_of(y);
  typed(y.dtype(), [&]<class T>(T) {
    over_rows(context, rows, [&](std::int64_t row) {
      const T* from = data<T>(x) + row * rows.width;
      T* to = data<T>(y) + row * rows.width;
      exp_below(from, lane_max(from, rows.width), to, rows.width);
      const T sum = lane_sum<T>(rows.width, [&](std::int64_t j) { return to[j]; });
      for (std::int64_t j = 0; j < rows.width; ++j) to[j] /= sum;
    });
  });
}

void softmax_backward(const Context& context, const ConstTensorView& y, const ConstTensorView& dy, const TensorView& dx) {
  const Rows rows = rows_of(dx);
  typed(dx.dtype(), [&]<class T>(T) {
    over_rows(context, rows, [&](std::int64_t row) {
      const std::int64_t at = row * rows.width;
      const T *y_row = data<T>(y) + at, *dy_row = data<T>(dy) + at;
      T* dx_row = data<T>(dx) + at;
      const T mean = lane_sum<T>(rows.width, [&](std::int64_t j) { return y_row[j] * dy_row[j]; });
      for (std::int64_t j = 0; j < rows.width; ++j) dx_row[j] = y_row[j] * (dy_row[j] - mean);
    });
  });
}

void log_softmax_forward(const Context& context, const ConstTensorView& x, const TensorView& y) {
  const Rows rows = rows_of(y);
  typed(y.dtype(), [&]<class T>(T) {
    over_rows(context, rows, [&](std::int64_t row) {
      const T* from = data<T>(x) + row * rows.width;
      T* to = data<T>(y) + row * rows.width;
      const T most = lane_max(from, rows.width), log_sum = std::log(sum_of_exp(from, most, rows.width));
      for (std::int64_t j = 0; j < rows.width; ++j) to[j] = (from[j] - most) - log_sum;
    });
  });
}

void log_softmax_backward(const Context& context, const ConstTensorView& y, const ConstTensorView& dy, const TensorView& dx) {
  const Rows rows = rows_of(dx);
  typed(dx.dtype(), [&]<class T>(T) {
    over_rows(context, rows, [&](std::int64_t row) {
      const std::int64_t at = row * rows.width;
      const T *y_row = data<T>(y) + at, *dy_row = data<T>(dy) + at;
      T* dx_row = data<T>(dx) + at;
      const T sum = lane_sum<T>(rows.width, [&](std::int64_t j) { return dy_row[j]; });
      constexpr std::int64_t block = 256;
      T e[block];
      for (std::int64_t j = 0; j < rows.width; j += block) {
        const std::int64_t some = std::min(block, rows.width - j);
        exp_below(y_row + j, T(0), e, some);
        for (std::int64_t i = 0; i < some; ++i) dx_row[j + i] = dy_row[j + i] - e[i] * sum;
      }
    });
  });
}

}  // namespace weir::cpu
