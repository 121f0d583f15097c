#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/core/tensor.hpp>

namespace weir::test {

// max |actual - expected| / max |expected|; infinity if the counts differ or a number is not finite.
inline double worst_error(const std::vector<double>& actual, const std::vector<double>& expected) {
  if (actual.size() != expected.size()) return std::numeric_limits<double>::infinity();
  double most = 0, scale = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    if (!std::isfinite(actual[i])) return std::numeric_limits<double>::infinity();
    most = std::max(most, std::abs(actual[i] - expected[i]));
    scale = std::max(scale, std::abs(expected[i]));
  }
  return most == 0 ? 0 : most / scale;
}

// The bytes of a tensor, for bit-exact comparison: -0 differs from 0, equal NaNs are equal.
inline std::vector<unsigned char> bits(const ConstTensorView& block) {
  Tensor host(block.shape(), block.dtype());
  copy(block, host);
  const auto* bytes = static_cast<const unsigned char*>(ConstTensorView(host).raw());
  return {bytes, bytes + host.bytes()};
}

}  // namespace weir::test
