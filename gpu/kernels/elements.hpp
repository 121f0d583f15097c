#pragma once

#include <cstdint>
#include <weir/core/host_device.hpp>

// How the threads of a launch share elements: the index arithmetic of the kernels, as functions of the host too, so that the tests on the
// CPU walk through it at every edge.

namespace weir::cuda {

inline constexpr int block_threads = 256;
inline constexpr int packs_at_once = 4;  // independent 16-byte loads that a thread has under way

// Elements that move as one access of 16 bytes.
template <class T>
struct alignas(16) Pack {
  static constexpr int width = 16 / static_cast<int>(sizeof(T));
  T at[width];
};

// Calls pack(first element) for whole packs and one(element) for what is left over, so that the threads together visit each of n
// elements once. Neighbouring threads visit neighbouring packs; each takes up to packs_at_once of them in a call of packs(first, count),
// `stride` elements apart. Without `wide` (an address is not on a 16-byte boundary) everything goes through one().
template <int width, class Packs, class One>
WEIR_HD void share_elements(std::int64_t n, std::int64_t thread, std::int64_t threads, bool wide, Packs&& packs, One&& one) {
  const std::int64_t whole = wide ? n / width : 0, stride = threads * width;
  std::int64_t i = thread;
  for (; i + (packs_at_once - 1) * threads < whole; i += packs_at_once * threads) packs(i * width, packs_at_once, stride);
  for (; i < whole; i += threads) packs(i * width, 1, stride);
  for (std::int64_t j = whole * width + thread; j < n; j += threads) one(j);
}

// Calls f(draw, first element, how many) for the draws of four random words that fall to one thread of `threads`; the last may be cut.
template <class F>
WEIR_HD void share_draws(std::int64_t n, std::int64_t thread, std::int64_t threads, F&& f) {
  for (std::int64_t draw = thread; draw * 4 < n; draw += threads) f(draw, draw * 4, n - draw * 4 < 4 ? static_cast<int>(n - draw * 4) : 4);
}

// Blocks for n elements: enough that each thread has packs_at_once packs, but no more than `most`.
inline unsigned blocks_for_elements(std::int64_t n, int width, unsigned most) {
  const std::int64_t per_block = std::int64_t{block_threads} * width * packs_at_once;
  const std::int64_t wanted = n / per_block + (n % per_block != 0 ? 1 : 0);
  return wanted < most ? static_cast<unsigned>(wanted) : most;
}

}  // namespace weir::cuda
