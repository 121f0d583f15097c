#pragma once

#include <algorithm>
#include <cstdint>

namespace weir {

// Reductions in a fixed order that suits vector registers: 16 partial results, element i goes to number i modulo 16, and the 16 are
// combined pairwise at the end.
inline constexpr std::int64_t lanes = 16;

// value(0) + ... + value(count - 1).
template <class T, class F>
T lane_sum(std::int64_t count, F&& value) {
  T sums[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (std::int64_t lane = 0; lane < lanes; ++lane) sums[lane] += value(i + lane);
  }
  for (std::int64_t lane = 0; i < count; ++i, ++lane) sums[lane] += value(i);
  for (std::int64_t half = lanes / 2; half > 0; half /= 2) {
    for (std::int64_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  }
  return sums[0];
}

// The largest of x[0], ..., x[count - 1]; if one is NaN, NaN or any of the others. count > 0.
template <class T>
T lane_max(const T* x, std::int64_t count) {
  if (count < lanes) {
    T most = x[0];
    for (std::int64_t i = 1; i < count; ++i) most = x[i] > most ? x[i] : most;
    return most;
  }
  T most[lanes];
  std::copy_n(x, lanes, most);
  const auto fold = [&](const T* from) {
    for (std::int64_t lane = 0; lane < lanes; ++lane) most[lane] = from[lane] > most[lane] ? from[lane] : most[lane];
  };
  for (std::int64_t i = lanes; i + lanes <= count; i += lanes) fold(x + i);
  fold(x + count - lanes);
  for (std::int64_t half = lanes / 2; half > 0; half /= 2) {
    for (std::int64_t lane = 0; lane < half; ++lane) most[lane] = most[lane + half] > most[lane] ? most[lane + half] : most[lane];
  }
  return most[0];
}

}  // namespace weir
