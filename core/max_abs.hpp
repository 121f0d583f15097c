#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace weir {

// Magnitudes are compared as bit patterns without the sign bit. Read as integers these have the order of the numbers, with infinity above
// every finite one and NaN above infinity; a comparison of floats would lose NaN.
template <class T>
using AbsBits = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;

template <class T>
AbsBits<T> abs_bits(T x) {
  using Bits = AbsBits<T>;
  return std::bit_cast<Bits>(x) & std::numeric_limits<Bits>::max();
}

// The largest |x[i]| of n elements; 0 for none.
template <class T>
double max_abs_of(const T* x, std::int64_t n) {
  AbsBits<T> max_abs = 0;
  for (std::int64_t i = 0; i < n; ++i) max_abs = std::max(max_abs, abs_bits(x[i]));
  return static_cast<double>(std::bit_cast<T>(max_abs));
}

// An upper bound of the largest |x[i]| in `rows` rows of n elements, `apart` elements from each other, by OR-ing bit patterns: cheaper than
// a maximum. Below 2 if all |x[i]| are; may be infinity or NaN when some |x[i]| >= 2, even if none of them is.
template <class T>
double magnitude_bound(const T* x, std::int64_t n, std::int64_t rows, std::int64_t apart) {
  const auto bits = [](T number) { return std::bit_cast<AbsBits<T>>(number); };
  AbsBits<T> any = 0;
  std::int64_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    const T *a = x + row * apart, *b = a + apart, *c = b + apart, *d = c + apart;
    for (std::int64_t i = 0; i < n; ++i) any |= (bits(a[i]) | bits(b[i])) | (bits(c[i]) | bits(d[i]));
  }
  for (; row < rows; ++row) {
    for (std::int64_t i = 0; i < n; ++i) any |= bits(x[row * apart + i]);
  }
  return static_cast<double>(std::bit_cast<T>(any & std::numeric_limits<AbsBits<T>>::max()));
}

// Raises *max_abs to value if that is larger (NaN above all), from any number of threads at once. Neither may be negative.
inline void raise_max_abs(double* max_abs, double value) {
  const auto rank = [](double number) { return std::bit_cast<std::uint64_t>(number); };
  const std::atomic_ref<double> shared(*max_abs);
  double seen = shared.load(std::memory_order_relaxed);
  while (rank(value) > rank(seen) && !shared.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

}  // namespace weir
