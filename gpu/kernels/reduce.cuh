#pragma once

#include "gpu/kernels/launch.cuh"
#include "gpu/kernels/reduce.hpp"

// Column sums of a matrix [rows, columns] whose elements a functor computes; for reduce_sum and for gradients of biases and norms.

namespace weir::cuda {

template <class T>
struct ReadElement {
  const T* x;
  __device__ T operator()(std::int64_t i) const { return x[i]; }
};

// The functor's value of an element; it takes either (row, column) or the flat index.
template <class F>
__device__ auto element_of(const F& value, std::int64_t row, std::int64_t column, std::int64_t columns) {
  if constexpr (std::is_invocable_v<const F&, std::int64_t, std::int64_t>) {
    return value(row, column);
  } else {
    return value(row * columns + column);
  }
}

// Block (i, p) sums part p of the rows for column_width columns, starting at column_width * i, into to[p][column]. A warp reads
// neighbouring columns of one row; the block reads column_rows rows at a time.
template <class T, class F>
__global__ void __launch_bounds__(column_width* column_rows) sum_rows_kernel(F value, Parts rows, std::int64_t columns, T* to) {
  __shared__ T sums[column_rows][column_width];
  const int x = static_cast<int>(threadIdx.x), y = static_cast<int>(threadIdx.y);
  const std::int64_t column = blockIdx.x * column_width + x, part = blockIdx.y;
  sums[y][x] = column < columns ? strided_sum<T>(rows.begin(part) + y, rows.end(part), column_rows,
                                                 [&](std::int64_t row) { return element_of(value, row, column, columns); })
                                : T(0);
  for (int half = column_rows / 2; half > 0; half /= 2) {
    __syncthreads();
    if (y < half) sums[y][x] += sums[y + half][x];
  }
  if (y == 0 && column < columns) to[part * columns + column] = sums[0][x];
}

// total[column] = sum over the parts, in order.
template <class T>
__global__ void sum_parts_kernel(const T* partial, std::int64_t parts, std::int64_t columns, T* total) {
  for (std::int64_t column = thread_index(); column < columns; column += thread_count()) {
    T sum = T(0);
    for (std::int64_t part = 0; part < parts; ++part) sum += partial[part * columns + column];
    total[column] = sum;
  }
}

// total[column] = sum over rows of value(row, column); `partial` is scratch of [parts, columns].
template <class T, class F>
void sum_rows(const Context& context, const char* op, const F& value, std::int64_t rows, std::int64_t columns, T* partial,
              std::int64_t parts, T* total) {
  const Grid grid{static_cast<unsigned>(ceil_div(columns, column_width)), static_cast<unsigned>(parts), column_width, column_rows};
  launch(context, op, sum_rows_kernel<T, F>, grid, value, Parts(rows, parts), columns, parts == 1 ? total : partial);
  if (parts > 1) launch(context, op, sum_parts_kernel<T>, grid_of(context, columns), partial, parts, columns, total);
}

// The same, with the stream's scratch memory for the partial sums.
template <class T, class F>
void sum_rows(const Context& context, const char* op, const F& value, std::int64_t rows, std::int64_t columns, T* total) {
  sum_rows(context, op, value, rows, columns, static_cast<T*>(stream_of(context.device).scratch),
           row_parts(rows, columns, static_cast<std::int64_t>(Stream::scratch_bytes / sizeof(T))), total);
}

}  // namespace weir::cuda
