#pragma once

#include <cstdint>
#include <weir/core/host_device.hpp>

#include "gpu/kernels/reduce.hpp"

// The index arithmetic of the kernels that work on rows, as functions of the host too.

namespace weir::cuda {

// One row by `lanes` threads: calls pack(first element) for whole packs of `width` elements and one(element) for the rest.
template <int width, class Packs, class One>
WEIR_HD void share_row(std::int64_t n, std::int64_t lane, std::int64_t lanes, bool wide, Packs&& pack, One&& one) {
  const std::int64_t whole = wide ? n / width : 0;
  for (std::int64_t i = lane; i < whole; i += lanes) pack(i * width);
  for (std::int64_t i = whole * width + lane; i < n; i += lanes) one(i);
}

// Where element i of a part [rows, width] lies in a whole [rows, whole_width] whose column `column` is the part's first.
WEIR_HD inline std::int64_t place_in_whole(std::int64_t i, std::int64_t width, std::int64_t whole_width, std::int64_t column) {
  return i / width * whole_width + column + i % width;
}

// The smallest power of two that is no less than n, at most 32: how many threads of a warp share a row of n elements.
WEIR_HD inline int lanes_for_row(std::int64_t n) {
  int lanes = 1;
  while (lanes < 32 && lanes < n) lanes *= 2;
  return lanes;
}

// A thread's place where groups of `lanes` neighbours share rows: its group takes row, row + step, ... All groups make the same number of
// rounds, so that whole warps stay together; a row behind the last is nobody's.
struct RowGroup {
  std::int64_t row, step, rounds;
  int lane;

  WEIR_HD RowGroup(std::int64_t rows, int lanes, std::int64_t thread, std::int64_t threads)
      : row(thread / lanes), step(threads / lanes), rounds((rows + step - 1) / step), lane(static_cast<int>(thread % lanes)) {}
};

// A thread's place where blocks of column_width times column_rows threads share a matrix: one column, and the rows row, row + step, ...
struct ColumnPlace {
  std::int64_t column, row, step;

  WEIR_HD ColumnPlace(std::int64_t block_x, std::int64_t block_y, std::int64_t blocks_y, std::int64_t x, std::int64_t y)
      : column(block_x * column_width + x), row(block_y * column_rows + y), step(blocks_y * column_rows) {}
};

// Blocks of such a launch that lie under each other: a few rows for each thread.
inline std::int64_t column_blocks(std::int64_t rows) {
  const std::int64_t wanted = (rows + 4 * column_rows - 1) / (4 * column_rows);
  return wanted < 256 ? wanted : 256;
}

// In a block [samples, slopes, run] each of a sample's runs has one slope: that of element i, and where element k of all with slope c lies.
WEIR_HD inline std::int64_t slope_of(std::int64_t i, std::int64_t slopes, std::int64_t run) { return i / run % slopes; }
WEIR_HD inline std::int64_t place_of_slope(std::int64_t k, std::int64_t c, std::int64_t slopes, std::int64_t run) {
  return (k / run * slopes + c) * run + k % run;
}

}  // namespace weir::cuda
