#pragma once

#include "gpu/kernels/launch.cuh"
#include "gpu/kernels/rows.hpp"

// Rows that a group of a warp's threads shares (RowGroup in rows.hpp). All threads of the warp call these together.

namespace weir::cuda {

// Over the `lanes` threads of a row, in halves; every thread gets the result.
template <class T>
__device__ T row_sum_of(T value, int lanes) {
  for (int half = lanes / 2; half > 0; half /= 2) value += __shfl_xor_sync(0xFFFFFFFFU, value, half, lanes);
  return value;
}

// NaN, or the largest of the others, where one is NaN: then the row's sum is NaN by itself.
template <class T>
__device__ T row_max_of(T value, int lanes) {
  for (int half = lanes / 2; half > 0; half /= 2) {
    const T other = __shfl_xor_sync(0xFFFFFFFFU, value, half, lanes);
    value = other > value ? other : value;
  }
  return value;
}

// The largest of x[lane], x[lane + lanes], ... below n, for one thread; -infinity where there is none.
template <class T>
__device__ T lane_max_of(const T* x, std::int64_t n, int lane, int lanes) {
  T most = lane < n ? x[lane] : -T(INFINITY);
  for (std::int64_t j = lane; j < n; j += lanes) most = x[j] > most ? x[j] : most;
  return most;
}

// f(0), ..., f(n - 1) added up by the threads of a row.
template <class T, class F>
__device__ T sum_over_row(std::int64_t n, int lane, int lanes, F&& f) {
  return row_sum_of(strided_sum<T>(lane, n, lanes, f), lanes);
}

// Calls f(row, n, lane) for the rows of this thread's group, n being their width; without a row, behind the last, f(0, 0, lane), which has
// to take part in the sums.
template <class F>
__device__ void over_row_groups(std::int64_t rows, std::int64_t width, int lanes, F&& f) {
  RowGroup group(rows, lanes, thread_index(), thread_count());
  for (std::int64_t round = 0; round < group.rounds; ++round, group.row += group.step) {
    const bool there = group.row < rows;
    f(there ? group.row : 0, there ? width : 0, group.lane);
  }
}

}  // namespace weir::cuda
