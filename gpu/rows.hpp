#pragma once

#include <cstdint>
#include <weir/core/host_device.hpp>

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

}  // namespace weir::cuda
