#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/core/tensor.hpp>

#include "tests/support/compare.hpp"
#include "tests/support/layer_runner.hpp"

namespace weir::test {

// Whether there is a device to test on; prints "SKIPPED: why" if not. The program gpu_stand_in_tests always has one: a simulated device
// (stand_in.hpp) whose operations are the CPU's. So there the tests cover everything above the operations, such as fit and Model.
bool device_here();
bool device_is_stand_in();

inline const Device gpu = Device::cuda();

inline constexpr double nan_value = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

// Random numbers in (-1, 1) on the host; the same for the same seed.
inline Tensor random_tensor(const Shape& shape, DType dtype, std::uint64_t seed = 1) {
  Tensor block(shape, dtype);
  Initializer::uniform(-1, 1).fill(block, RandomKey{seed});
  return block;
}

// max |a - b| / max |b| over the finite b; infinity where one of the two is NaN or infinite and the other is not the same.
inline double difference(const ConstTensorView& a, const ConstTensorView& b) {
  const std::vector<double> x = numbers(a), y = numbers(b);
  if (x.size() != y.size()) return infinity;
  double most = 0, scale = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isnan(x[i]) && std::isnan(y[i])) continue;
    if (!std::isfinite(x[i]) || !std::isfinite(y[i])) {
      if (x[i] == y[i]) continue;
      return infinity;
    }
    most = std::max(most, std::abs(x[i] - y[i]));
    scale = std::max(scale, std::abs(y[i]));
  }
  return most == 0 ? 0 : most / scale;
}

// Tolerance for sums of up to a few thousand numbers in another order.
inline double sum_bound(DType dtype) { return dtype == DType::f64 ? 1e-13 : 2e-5; }

}  // namespace weir::test
