#pragma once

#include <span>
#include <weir/core/tensor_view.hpp>

#include "core/operation.hpp"

// Concat on either device: writes parts [rows, width_i] side by side into whole [rows, sum of width_i], all f32 or f64. The width is the
// last dimension, rows all dimensions before it.

namespace weir {

WEIR_OPERATION(concat, std::span<const ConstTensorView> parts, const TensorView& whole);
// The inverse of concat: copies whole to the parts. Widths are those of `shapes`, whose data is not read; an empty part is skipped.
WEIR_OPERATION(split, const ConstTensorView& whole, std::span<const ConstTensorView> shapes, std::span<const TensorView> parts);

}  // namespace weir
