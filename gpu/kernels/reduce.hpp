#pragma once

#include <cstdint>
#include <weir/core/host_device.hpp>

// Reductions whose order of additions depends on the sizes alone: each thread sums every `threads`-th element, then the threads' sums are
// added in a binary tree. The functions also compile for the host, so that tests can check them on the CPU.

namespace weir::cuda {

// One thread's sum: value(begin) + value(begin + threads) + ... for indices below end.
template <class T, class F>
WEIR_HD T strided_sum(std::int64_t begin, std::int64_t end, std::int64_t threads, F&& value) {
  T sum = T(0);
  for (std::int64_t i = begin; i < end; i += threads) sum += static_cast<T>(value(i));
  return sum;
}

// One round of the binary tree over `count` (a power of two) values: thread i < half adds values[i + half] to values[i]. Called with half =
// count / 2, count / 4, ..., 1, with a barrier between the rounds; then values[0] is the total.
template <class T>
WEIR_HD void fold_round(T* values, int thread, int half) {
  if (thread < half) values[thread] += values[thread + half];
}

// A range cut into `parts` pieces of equal size (the last may be smaller or empty); piece i is [begin(i), end(i)).
struct Parts {
  std::int64_t count = 0, parts = 1, size = 0;

  WEIR_HD Parts(std::int64_t count_, std::int64_t parts_) : count(count_), parts(parts_), size((count_ + parts_ - 1) / parts_) {}
  WEIR_HD std::int64_t begin(std::int64_t i) const { return i * size < count ? i * size : count; }
  WEIR_HD std::int64_t end(std::int64_t i) const { return begin(i) + size < count ? begin(i) + size : count; }
};

inline constexpr std::int64_t column_width = 32;  // columns per block of a sum over rows
inline constexpr std::int64_t column_rows = 8;    // rows that the block reads at a time

// Number of parts that the rows of a sum over rows are split into: at most 32, each of enough rows to pay for a block, and with their
// [parts, columns] partial sums within `capacity` elements.
inline std::int64_t row_parts(std::int64_t rows, std::int64_t columns, std::int64_t capacity) {
  const std::int64_t wanted = rows / (4 * column_rows), fit = columns == 0 ? 1 : capacity / columns;
  const std::int64_t most = wanted < fit ? wanted : fit;
  return most < 1 ? 1 : most < 32 ? most : 32;
}

// Number of parts of a sum over all elements; depends on the count alone.
inline std::int64_t sum_parts(std::int64_t count) {
  const std::int64_t wanted = count / 8192;
  return wanted < 1 ? 1 : wanted < 1024 ? wanted : 1024;
}

// Number of parts for the gradient of one PReLU slope that `count` elements share; at most max_parts.
inline std::int64_t slope_parts(std::int64_t count, std::int64_t max_parts) {
  const std::int64_t wanted = count / 4096;
  return wanted < 1 ? 1 : wanted < max_parts ? wanted : max_parts;
}

}  // namespace weir::cuda
