#pragma once

#include <cstdint>
#include <weir/core/host_device.hpp>

#include "gpu/kernels/reduce.hpp"

// Index arithmetic of the kernels that work on rows; it also compiles for the host, where tests check it.

namespace weir::cuda {

// One thread's share of a row that `lanes` threads divide among themselves: pack(i) for `width` elements from i on, one(i) for each element
// behind the last whole pack. If not `wide` (the row is not aligned for vector loads): one(i) for all.
template <int width, class Packs, class One>
WEIR_HD void share_row(std::int64_t n, std::int64_t lane, std::int64_t lanes, bool wide, Packs&& pack, One&& one) {
  const std::int64_t whole = wide ? n / width : 0;
  for (std::int64_t i = lane; i < whole; i += lanes) pack(i * width);
  for (std::int64_t i = whole * width + lane; i < n; i += lanes) one(i);
}

// Concat: the index in the output [rows, whole_width] of element i of an input [rows, width] that starts at column `column` of it.
WEIR_HD inline std::int64_t place_in_whole(std::int64_t i, std::int64_t width, std::int64_t whole_width, std::int64_t column) {
  return i / width * whole_width + column + i % width;
}

// Number of threads of a warp that share a row of n elements: the smallest power of two >= n, at most 32.
WEIR_HD inline int lanes_for_row(std::int64_t n) {
  int lanes = 1;
  while (lanes < 32 && lanes < n) lanes *= 2;
  return lanes;
}

// For kernels where groups of `lanes` neighbouring threads share a row each: this thread's group handles row, row + step, ... All groups
// run the same number of rounds, so that warps stay converged; in the last round `row` may be past the end.
struct RowGroup {
  std::int64_t row, step, rounds;
  int lane;

  WEIR_HD RowGroup(std::int64_t rows, int lanes, std::int64_t thread, std::int64_t threads)
      : row(thread / lanes), step(threads / lanes), rounds((rows + step - 1) / step), lane(static_cast<int>(thread % lanes)) {}
};

// For kernels with blocks of column_width x column_rows threads over a matrix: this thread's column, and its rows row, row + step, ...
struct ColumnPlace {
  std::int64_t column, row, step;

  WEIR_HD ColumnPlace(std::int64_t block_x, std::int64_t block_y, std::int64_t blocks_y, std::int64_t x, std::int64_t y)
      : column(block_x * column_width + x), row(block_y * column_rows + y), step(blocks_y * column_rows) {}
};

// Height of such a grid in blocks: about four rows per thread.
inline std::int64_t column_blocks(std::int64_t rows) {
  const std::int64_t wanted = (rows + 4 * column_rows - 1) / (4 * column_rows);
  return wanted < 256 ? wanted : 256;
}

// PReLU on x [samples, slopes, run], where the `run` consecutive elements share a slope. slope_of: the slope of element i; place_of_slope:
// the index of the k-th of all elements that have slope c.
WEIR_HD inline std::int64_t slope_of(std::int64_t i, std::int64_t slopes, std::int64_t run) { return i / run % slopes; }
WEIR_HD inline std::int64_t place_of_slope(std::int64_t k, std::int64_t c, std::int64_t slopes, std::int64_t run) {
  return (k / run * slopes + c) * run + k % run;
}

// Embedding's gradient without float atomics, so that its bits are reproducible: where several positions of the batch hold the same index,
// the first of them sums the gradients of all, in order.
WEIR_HD inline bool is_first_place(const std::int32_t* index, std::int64_t place) {
  for (std::int64_t i = 0; i < place; ++i) {
    if (index[i] == index[place]) return false;
  }
  return true;
}

// Sum of one column of dy [places, dim] over the positions from `first` on that hold the same index as `first`.
template <class T>
WEIR_HD T sum_of_places(const std::int32_t* index, std::int64_t places, std::int64_t first, const T* dy, std::int64_t dim,
                        std::int64_t column) {
  T sum = T(0);
  for (std::int64_t i = first; i < places; ++i) {
    if (index[i] == index[first]) sum += dy[i * dim + column];
  }
  return sum;
}

}  // namespace weir::cuda
