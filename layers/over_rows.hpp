#pragma once

#include <algorithm>

#include "core/cpu/vectorized.hpp"
#include "core/typed.hpp"
#include "layers/rows.hpp"

namespace weir {

// Calls f(row) for every row; tiles of rows run in parallel.
template <class F>
void over_rows(const Context& context, const Rows& rows, F&& f, std::int64_t tile_elements = 4096) {
  const std::int64_t tile_rows = ceil_div(tile_elements, std::max<std::int64_t>(rows.width, 1));
  cpu::vectorized_for(context, ceil_div(rows.count, tile_rows), [&](std::int64_t tile) {
    const std::int64_t end = std::min(rows.count, (tile + 1) * tile_rows);
    for (std::int64_t row = tile * tile_rows; row < end; ++row) f(row);
  });
}

}  // namespace weir
