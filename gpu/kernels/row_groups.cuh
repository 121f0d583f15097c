#pragma once

#include "gpu/kernels/launch.cuh"
#include "gpu/kernels/rows.hpp"

// For kernels in which `lanes` neighbouring threads of a warp work on one row (RowGroup in rows.hpp). They use warp shuffles: all threads
// of the warp must call them together.

namespace weir::cuda {

// Sum of `value` over the `lanes` threads of a row, as a butterfly; every thread gets the result.
template <class T>
__device__ T row_sum_of(T value, int lanes) {
  for (int half = lanes / 2; half > 0; half /= 2) value += __shfl_xor_sync(0xFFFFFFFFU, value, half, lanes);
  return value;
}

// Maximum over the threads of a row. With a NaN among them the result may be NaN or the maximum of the others; callers need not care, as
// the sum that follows is NaN anyway.
template <class T>
__device__ T row_max_of(T value, int lanes) {
  for (int half = lanes / 2; half > 0; half /= 2) {
    const T other = __shfl_xor_sync(0xFFFFFFFFU, value, half, lanes);
    value = other > value ? other : value;
  }
  return value;
}

// One thread's maximum of x[lane], x[lane + lanes], ... for indices below n; -infinity without any.
template <class T>
__device__ T lane_max_of(const T* x, std::int64_t n, int lane, int lanes) {
  T max = lane < n ? x[lane] : -T(INFINITY);
  for (std::int64_t j = lane; j < n; j += lanes) max = x[j] > max ? x[j] : max;
  return max;
}

// f(0) + ... + f(n - 1), computed together by the threads of a row.
template <class T, class F>
__device__ T sum_over_row(std::int64_t n, int lane, int lanes, F&& f) {
  return row_sum_of(strided_sum<T>(lane, n, lanes, f), lanes);
}

// Calls f(row, n, lane) for each row of this thread's group; n is the width. A group that has run out of rows gets f(0, 0, lane), because
// its threads must still take part in the warp's shuffles.
template <class F>
__device__ void over_row_groups(std::int64_t rows, std::int64_t width, int lanes, F&& f) {
  RowGroup group(rows, lanes, thread_index(), thread_count());
  for (std::int64_t round = 0; round < group.rounds; ++round, group.row += group.step) {
    const bool there = group.row < rows;
    f(there ? group.row : 0, there ? width : 0, group.lane);
  }
}

}  // namespace weir::cuda
