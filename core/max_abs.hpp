#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace weir {

// Maxima of |x| are computed on the bit patterns without the sign bit, read as integers. These are ordered like |x|, with NaN above
// infinity, so that a NaN is not lost, as it would be in a comparison of floats (always false).
template <class T>
using AbsBits = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;

template <class T>
AbsBits<T> abs_bits(T x) {
  using Bits = AbsBits<T>;
  return std::bit_cast<Bits>(x) & std::numeric_limits<Bits>::max();
}

// max abs of n elements; 0 for n = 0, NaN if any is NaN.
template <class T>
double max_abs_of(const T* x, std::int64_t n) {
  AbsBits<T> max_abs = 0;
  for (std::int64_t i = 0; i < n; ++i) max_abs = std::max(max_abs, abs_bits(x[i]));
  return static_cast<double>(std::bit_cast<T>(max_abs));
}

// Upper bound of max abs over `rows` rows of n elements, `stride` elements from one row to the next, by OR-ing the bit patterns: cheaper
// than a maximum. Below 2 if all abs(x) are; may be infinity or NaN when some abs(x) >= 2.
template <class T>
double magnitude_bound(const T* x, std::int64_t n, std::int64_t rows, std::int64_t stride) {
  const auto bits = [](T number) { return std::bit_cast<AbsBits<T>>(number); };
  AbsBits<T> any = 0;
  std::int64_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    const T *a = x + row * stride, *b = a + stride, *c = b + stride, *d = c + stride;
    for (std::int64_t i = 0; i < n; ++i) any |= (bits(a[i]) | bits(b[i])) | (bits(c[i]) | bits(d[i]));
  }
  for (; row < rows; ++row) {
    for (std::int64_t i = 0; i < n; ++i) any |= bits(x[row * stride + i]);
  }
  return static_cast<double>(std::bit_cast<T>(any & std::numeric_limits<AbsBits<T>>::max()));
}

// *max_abs = max(*max_abs, value) with NaN above infinity, atomically; the order of calls does not matter. Neither may be negative.
inline void raise_max_abs(double* max_abs, double value) {
  const auto bits = [](double number) { return std::bit_cast<std::uint64_t>(number); };
  const std::atomic_ref<double> shared(*max_abs);
  double seen = shared.load(std::memory_order_relaxed);
  while (bits(value) > bits(seen) && !shared.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

}  // namespace weir
