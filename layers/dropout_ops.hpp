#pragma once

#include <cmath>
#include <cstdint>
#include <weir/core/tensor_view.hpp>

#include "core/operation.hpp"

// Dropout on either device in training mode. All blocks have one shape; x, y, dy, dx are f32 or f64; kept is u8, 0 where y is dropped, else
// 1. y may be x. Element i is dropped if word i % 4 of random_bits(context.key, i / 4, *context.step) is below p 2^32.

namespace weir {

// A random word below this drops its element.
inline std::uint64_t dropped_below(double p) { return static_cast<std::uint64_t>(std::llround(p * 0x1p32)); }

// The scale of kept elements, 1 / (1 - p).
template <class T>
T kept_scale(double p) {
  return p < 1 ? static_cast<T>(1 / (1 - p)) : T(0);
}

WEIR_OPERATION(dropout_forward, double p, const ConstTensorView& x, const TensorView& y, const TensorView& kept);
WEIR_OPERATION(dropout_backward, double p, const ConstTensorView& kept, const ConstTensorView& dy, const TensorView& dx);

}  // namespace weir
