#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace weir {

// The largest |x[i]| of n elements, taken over bit patterns without the sign: as whole numbers they are ordered like the numbers, with
// infinity above every finite one and NaN above infinity, so nothing is lost as in a comparison of floats. 0 for none.
template <class T>
double largest_magnitude(const T* x, std::int64_t n) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  Bits largest = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    largest = std::max(largest, static_cast<Bits>(std::bit_cast<Bits>(x[i]) & std::numeric_limits<Bits>::max()));
  }
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
