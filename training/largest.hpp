#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace weir {

// Magnitudes are compared as bit patterns without the sign: as whole numbers these are ordered like the numbers, with infinity above every
// finite one and NaN above infinity, so nothing is lost as in a comparison of floats.
template <class T>
using MagnitudeBits = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;

template <class T>
MagnitudeBits<T> magnitude_bits(T x) {
  using Bits = MagnitudeBits<T>;
  return std::bit_cast<Bits>(x) & std::numeric_limits<Bits>::max();
}

// The largest |x[i]| of n elements; 0 for none.
template <class T>
double largest_magnitude(const T* x, std::int64_t n) {
  MagnitudeBits<T> largest = 0;
  for (std::int64_t i = 0; i < n; ++i) largest = std::max(largest, magnitude_bits(x[i]));
  return static_cast<double>(std::bit_cast<T>(largest));
}

// Raises *largest to value in the same order, from any number of threads: the order of the calls does not matter. Neither is negative.
inline void raise_largest(double* largest, double value) {
  const auto rank = [](double number) { return std::bit_cast<std::uint64_t>(number); };
  const std::atomic_ref<double> shared(*largest);
  double seen = shared.load(std::memory_order_relaxed);
  while (rank(value) > rank(seen) && !shared.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

}  // namespace weir
