#pragma once

#include <algorithm>
#include <array>
#include <weir/core/parallel.hpp>

#include "core/typed.hpp"

namespace weir {

inline constexpr std::int64_t column_tile = 64;

// K sums over the rows of a [rows, width] matrix for each column. `add(row, begin, count, block)` must add its term of a row for columns
// [begin, begin + count) to block[k][0 .. count); sums[k][j] is the sum over rows. Tiles of columns run in parallel; rows are summed in
// blocks, and the blocks are then added in order.
template <int K, class T, class F>
void column_sums(const Context& context, std::int64_t rows, std::int64_t width, const std::array<T*, K>& sums, F&& add) {
  constexpr std::int64_t block_rows = 64;
  parallel_for(context, ceil_div(width, column_tile), [&](std::int64_t tile) {
    const std::int64_t begin = tile * column_tile, count = std::min(column_tile, width - begin);
    T total[K][column_tile] = {};
    for (std::int64_t row = 0; row < rows; row += block_rows) {
      T block[K][column_tile] = {};
      for (std::int64_t r = row; r < std::min(rows, row + block_rows); ++r) add(r, begin, count, block);
      for (int k = 0; k < K; ++k) {
        for (std::int64_t j = 0; j < count; ++j) total[k][j] += block[k][j];
      }
    }
    for (int k = 0; k < K; ++k) std::copy_n(total[k], count, sums[static_cast<std::size_t>(k)] + begin);
  });
}

}  // namespace weir
