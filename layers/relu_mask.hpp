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

}  // namespace weir
