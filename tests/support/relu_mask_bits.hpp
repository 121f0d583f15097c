#pragma once

#include <cstdint>
#include <weir/core/host_device.hpp>

namespace weir {

// The bit of y[row, column]; bits are counted from the lowest of each byte.
WEIR_HD constexpr bool relu_mask_at(const std::uint8_t* mask, std::int64_t stride, std::int64_t row, std::int64_t column) {
  const std::int64_t bit = row * stride + column;
  return (mask[bit / 8] >> (bit % 8) & 1) != 0;
}

WEIR_HD constexpr void relu_mask_set(std::uint8_t* mask, std::int64_t stride, std::int64_t row, std::int64_t column, bool value) {
  const std::int64_t bit = row * stride + column;
  const auto one = static_cast<std::uint8_t>(1U << (bit % 8));
  mask[bit / 8] = static_cast<std::uint8_t>(value ? mask[bit / 8] | one : mask[bit / 8] & ~one);
}

}  // namespace weir
