#pragma once

#include <cstdint>
#include <vector>

#include <weir/activations/functions.hpp>
#include <weir/core/tensor.hpp>

namespace weir::test {

// Test inputs for an activation: mostly in [-8, 8], with some zeros, infinities, NaN, subnormals and large numbers.
template <class T>
Tensor mixed(const Shape& shape) {
  using L = std::numeric_limits<T>;
  const T special[] = {T(0),   -T(0), L::infinity(), -L::infinity(), L::quiet_NaN(), L::denorm_min(), -L::denorm_min(),
                       T(-90), T(90), L::max()};
  Tensor x(shape, dtype_of<T>());
  std::uint32_t state = 1;
  for (T& value : x.values<T>()) {
    state = state * 1664525U + 1013904223U;
    value = state % 8 == 0 ? special[(state >> 8) % 10] : static_cast<T>((state >> 8) * 0x1p-20 - 8);
  }
  return x;
}

inline Context with_threads(int threads) {
  Context context;
  context.threads = threads;
  return context;
}

}  // namespace weir::test
