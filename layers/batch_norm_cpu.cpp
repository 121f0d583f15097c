#include <cmath>

#include "core/typed.hpp"
#include "layers/batch_norm_ops.hpp"
#include "layers/column_sums.hpp"
#include "layers/over_rows.hpp"

namespace weir::cpu {

namespace {

// Writes the mean and 1 / sqrt(var + eps) of each column to saved, and the running statistics to next_mean and next_var.
template <class T>
void batch_statistics(const Context& context, const BatchNormForward& args, const Rows& rows, T* mean, T* inverse) {
  const T* x = data<T>(args.x);
  const T count = static_cast<T>(rows.count);
  column_sums<1, T>(context, rows.count, rows.width, {mean}, [&](std::int64_t row, std::int64_t begin, std::int64_t n, auto& sum) {
    for (std::int64_t j = 0; j < n; ++j) sum[0][j] += x[row * rows.width + begin + j];
  });
  for (std::int64_t j = 0; j < rows.width; ++j) mean[j] /= count;
  column_sums<1, T>(context, rows.count, rows.width, {inverse}, [&](std::int64_t row, std::int64_t begin, std::int64_t n, auto& sum) {
    for (std::int64_t j = 0; j < n; ++j) {
      const T d = x[row * rows.width + begin + j] - mean[begin + j];
      sum[0][j] += d * d;
    }
  });
  const T momentum = static_cast<T>(args.momentum), eps = static_cast<T>(args.eps);
  const T *old_mean = data<T>(args.mean), *old_var = data<T>(args.var);
  for (std::int64_t j = 0; j < rows.width; ++j) {
    data<T>(args.next_mean)[j] = (T(1) - momentum) * old_mean[j] + momentum * mean[j];
    data<T>(args.next_var)[j] = (T(1) - momentum) * old_var[j] + momentum * (inverse[j] / (count - T(1)));
    inverse[j] = T(1) / std::sqrt(inverse[j] / count + eps);
  }
}

template <class T>
void keep_statistics(const BatchNormForward& args, std::int64_t width, bool training) {
  for (std::int64_t j = 0; training && j < width; ++j) {
    data<T>(args.next_mean)[j] = data<T>(args.mean)[j];
    data<T>(args.next_var)[j] = data<T>(args.var)[j];
  }
}

}  // namespace

void batch_norm_forward(const Context& context, const BatchNormForward& args) {
  const Rows rows{args.x.shape()[0], args.x.shape()[1]};
  typed(args.y.dtype(), [&]<class T>(T) {
    T *mean = data<T>(args.saved), *inverse = mean + rows.width;
    if (context.training && rows.count > 0) {
      batch_statistics<T>(context, args, rows, mean, inverse);
    } else {
      keep_statistics<T>(args, rows.width, context.training);
      for (std::int64_t j = 0; j < rows.width; ++j) {
        mean[j] = data<T>(args.mean)[j];
        inverse[j] = T(1) / std::sqrt(data<T>(args.var)[j] + static_cast<T>(args.eps));
      }
    }
    const T *weight = data<T>(args.weight), *bias = data<T>(args.bias);
    over_rows(context, rows, [&](std::int64_t row) {
      const T* x = data<T>(args.x) + row * rows.width;
      T* y = data<T>(args.y) + row * rows.width;
      for (std::int64_t j = 0; j < rows.width; ++j) y[j] = (x[j] - mean[j]) * inverse[j];
      if (weight == nullptr) return;
      for (std::int64_t j = 0; j < rows.width; ++j) y[j] = y[j] * weight[j] + bias[j];
    });
  });
}

// With xhat = (x - mean) inverse, b = sum of dy and w = sum of dy xhat over the batch: dx = weight inverse (dy - (b + xhat w) / batch) in
// training mode; with the running statistics dx = weight inverse dy.
void batch_norm_backward(const Context& context, const BatchNormBackward& args) {
  const Rows rows{args.x.shape()[0], args.x.shape()[1]};
  typed(args.dy.dtype(), [&]<class T>(T) {
    const T *x = data<T>(args.x), *dy = data<T>(args.dy), *mean = data<T>(args.saved), *inverse = mean + rows.width;
    T *bias_sum = data<T>(args.sums), *weight_sum = bias_sum + rows.width;
    column_sums<2, T>(context, rows.count, rows.width, {bias_sum, weight_sum},
                      [&](std::int64_t row, std::int64_t begin, std::int64_t n, auto& sum) {
                        const std::int64_t at = row * rows.width + begin;
                        for (std::int64_t j = 0; j < n; ++j) {
                          sum[0][j] += dy[at + j];
                          sum[1][j] += dy[at + j] * ((x[at + j] - mean[begin + j]) * inverse[begin + j]);
                        }
                      });
    if (!args.dbias.empty()) std::copy_n(bias_sum, rows.width, data<T>(args.dbias));
    if (!args.dweight.empty()) std::copy_n(weight_sum, rows.width, data<T>(args.dweight));
    if (args.dx.empty()) return;
    const T share = context.training ? T(1) / static_cast<T>(rows.count) : T(0);
    const T* weight = data<T>(args.weight);
    over_rows(context, rows, [&](std::int64_t row) {
      const std::int64_t at = row * rows.width;
      T* dx = data<T>(args.dx) + at;
      for (std::int64_t j = 0; j < rows.width; ++j) {
        const T normed = (x[at + j] - mean[j]) * inverse[j];
        dx[j] = inverse[j] * (dy[at + j] - share * (bias_sum[j] + normed * weight_sum[j]));
      }
      if (weight == nullptr) return;
      for (std::int64_t j = 0; j < rows.width; ++j) dx[j] *= weight[j];
    });
  });
}

}  // namespace weir::cpu
