#pragma once

#include <cstdint>
#include <weir/core/host_device.hpp>

// How the threads of a launch divide the elements among themselves. The index arithmetic also compiles for the host, so that tests can
// check it on the CPU for all edge cases.

namespace weir::cuda {

inline constexpr int block_threads = 256;
inline constexpr int packs_at_once = 4;  // independent 16-byte loads a thread issues before it uses the first

// The elements of one 16-byte access.
template <class T>
struct alignas(16) Pack {
  static constexpr int width = 16 / static_cast<int>(sizeof(T));
  T at[width];
};

// Calls packs(first element, count, stride) for whole packs of `width` elements, count <= packs_at_once packs `stride` elements apart, and
// one(element) for the elements left over, so that all threads together visit each of n elements once. Neighbouring threads get
// neighbouring packs (coalesced access). If not `wide` (an address is not 16-byte aligned) every element goes through one().
template <int width, class Packs, class One>
WEIR_HD void share_elements(std::int64_t n, std::int64_t thread, std::int64_t threads, bool wide, Packs&& packs, One&& one) {
  const std::int64_t whole = wide ? n / width : 0, stride = threads * width;
  std::int64_t i = thread;
  for (; i + (packs_at_once - 1) * threads < whole; i += packs_at_once * threads) packs(i * width, packs_at_once, stride);
  for (; i < whole; i += threads) packs(i * width, 1, stride);
  for (std::int64_t j = whole * width + thread; j < n; j += threads) one(j);
}

// Calls f(draw, first element, count) for one thread's share of the draws, each of which has four random words for four elements (the last
// draw may have fewer elements).
template <class F>
WEIR_HD void share_draws(std::int64_t n, std::int64_t thread, std::int64_t threads, F&& f) {
  for (std::int64_t draw = thread; draw * 4 < n; draw += threads) f(draw, draw * 4, n - draw * 4 < 4 ? static_cast<int>(n - draw * 4) : 4);
}

// Blocks for n elements: so many that each thread gets packs_at_once packs, but at most max_blocks.
inline unsigned blocks_for_elements(std::int64_t n, int width, unsigned max_blocks) {
  const std::int64_t per_block = std::int64_t{block_threads} * width * packs_at_once;
  const std::int64_t wanted = n / per_block + (n % per_block != 0 ? 1 : 0);
  return wanted < max_blocks ? static_cast<unsigned>(wanted) : max_blocks;
}

}  // namespace weir::cuda
