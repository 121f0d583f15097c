#pragma once

#include <cstdint>
#include <weir/core/host_device.hpp>

// The bit mask of a ReLU that cuBLASLt writes after a product and reads for the gradient: one bit for each element of y[rows, out], 1 where
// z > 0 and 0 where z < 0 before the ReLU; undefined where z is 0 or NaN. The bits of a row of y are consecutive; rows begin a multiple of
// 128 bits apart.

namespace weir {

// The distance between two rows, in bits.
WEIR_HD constexpr std::int64_t relu_mask_stride(std::int64_t out) { return (out + 127) / 128 * 128; }

WEIR_HD constexpr std::int64_t relu_mask_bytes(std::int64_t rows, std::int64_t out) { return rows * (relu_mask_stride(out) / 8); }

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
