#include <cmath>

#include "core/cpu/lanes.hpp"
#include "core/typed.hpp"
#include "layers/column_sums.hpp"
#include "layers/over_rows.hpp"
#include "layers/row_norm_ops.hpp"

namespace weir::cpu {

void row_norm_forward(const Context& context, const RowNormForward& args) {
  const Rows rows = rows_of(args.x);
  typed(args.y.dtype(), [&]<class T>(T) {
    const T *weight = data<T>(args.weight), *bias = data<T>(args.bias);
    const T n = static_cast<T>(rows.width);
    over_rows(context, rows, [&](std::int64_t row) {
      const T* x = data<T>(args.x) + row * rows.width;
      T* y = data<T>(args.y) + row * rows.width;
      const T mean = args.centred ? lane_sum<T>(rows.width, [=](std::int64_t j) { return x[j]; }) / n : T(0);
      const T squares = lane_sum<T>(rows.width, [=](std::int64_t j) { return (x[j] - mean) * (x[j] - mean); });
      const T inverse = T(1) / std::sqrt(squares / n + static_cast<T>(args.eps));
      data<T>(args.rows)[row * row_norm_numbers + row_norm_mean] = mean;
      data<T>(args.rows)[row * row_norm_numbers + row_norm_inverse] = inverse;
      for (std::int64_t j = 0; j < rows.width; ++j) y[j] = (x[j] - mean) * inverse;
      for (std::int64_t j = 0; weight && j < rows.width; ++j) y[j] *= weight[j];
      for (std::int64_t j = 0; bias && j < rows.width; ++j) y[j] += bias[j];
    });
  });
}

// With xhat = (x - mean) inverse and g = weight dy: dx = inverse (g - mean of g - xhat times the mean of g xhat), where the mean of g is
// subtracted only if centred.
void row_norm_backward(const Context& context, const RowNormBackward& args) {
  const Rows rows = rows_of(args.x);
  typed(args.dy.dtype(), [&]<class T>(T) {
    const T *x = data<T>(args.x), *dy = data<T>(args.dy), *weight = data<T>(args.weight), *numbers = data<T>(args.rows);
    const T n = static_cast<T>(rows.width);
    if (!args.dx.empty()) {
      over_rows(context, rows, [&](std::int64_t row) {
        const T *x_row = x + row * rows.width, *dy_row = dy + row * rows.width;
        const T mean = numbers[row * row_norm_numbers + row_norm_mean], inverse = numbers[row * row_norm_numbers + row_norm_inverse];
        T* g = data<T>(args.dx) + row * rows.width;
        for (std::int64_t j = 0; j < rows.width; ++j) g[j] = weight ? weight[j] * dy_row[j] : dy_row[j];
        const T shift = args.centred ? lane_sum<T>(rows.width, [=](std::int64_t j) { return g[j]; }) / n : T(0);
        const T slope = lane_sum<T>(rows.width, [=](std::int64_t j) { return g[j] * ((x_row[j] - mean) * inverse); }) / n;
        for (std::int64_t j = 0; j < rows.width; ++j) g[j] = inverse * (g[j] - shift - (x_row[j] - mean) * inverse * slope);
      });
    }
    const auto xhat = [=](std::int64_t row, std::int64_t at) {
      return (x[at] - numbers[row * row_norm_numbers + row_norm_mean]) * numbers[row * row_norm_numbers + row_norm_inverse];
    };
    if (!args.dweight.empty()) {
      column_sums<1, T>(context, rows.count, rows.width, {data<T>(args.dweight)},
                        [&](std::int64_t row, std::int64_t begin, std::int64_t count, auto& sum) {
                          const std::int64_t at = row * rows.width + begin;
                          for (std::int64_t j = 0; j < count; ++j) sum[0][j] += dy[at + j] * xhat(row, at + j);
                        });
    }
    if (!args.dbias.empty()) {
      column_sums<1, T>(context, rows.count, rows.width, {data<T>(args.dbias)},
                        [&](std::int64_t row, std::int64_t begin, std::int64_t count, auto& sum) {
                          for (std::int64_t j = 0; j < count; ++j) sum[0][j] += dy[row * rows.width + begin + j];
                        });
    }
  });
}

}  // namespace weir::cpu
