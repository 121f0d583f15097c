#pragma once

#include <cstdint>
#include <weir/core/host_device.hpp>

// Reductions in an order that depends on the sizes alone: each thread folds every `threads`-th element in turn, then neighbours are
// folded in halves. The same functions on host and device, so that the tests on the CPU can walk through them.

namespace weir::cuda {

// value(begin) + value(begin + threads) + ... below end, for one thread.
template <class T, class F>
WEIR_HD T strided_sum(std::int64_t begin, std::int64_t end, std::int64_t threads, F&& value) {
  T sum = T(0);
  for (std::int64_t i = begin; i < end; i += threads) sum += static_cast<T>(value(i));
  return sum;
}

// One round of the fold of `count` (a power of two) values: thread i < half adds what lies half above it. The caller lets all threads
// finish a round before the next, half = count / 2, count / 4, ... 1; the total is values[0].
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

inline constexpr std::int64_t column_width = 32;  // columns that one block of a sum over rows looks at
inline constexpr std::int64_t column_rows = 8;    // rows that it looks at together

// Pieces of rows for a sum over rows: as many as pay, each of whose [columns] partial sums finds room.
inline std::int64_t row_parts(std::int64_t rows, std::int64_t columns, std::int64_t room) {
  const std::int64_t wanted = rows / (4 * column_rows), fit = columns == 0 ? 1 : room / columns;
  const std::int64_t most = wanted < fit ? wanted : fit;
  return most < 1 ? 1 : most < 32 ? most : 32;
}

// Pieces of a sum over everything: a number that depends on the count alone.
inline std::int64_t sum_parts(std::int64_t count) {
  const std::int64_t wanted = count / 8192;
  return wanted < 1 ? 1 : wanted < 1024 ? wanted : 1024;
}

// Pieces of one of several sums, of which there may be at most so many.
inline std::int64_t slope_parts(std::int64_t count, std::int64_t most) {
  const std::int64_t wanted = count / 4096;
  return wanted < 1 ? 1 : wanted < most ? wanted : most;
}

}  // namespace weir::cuda
