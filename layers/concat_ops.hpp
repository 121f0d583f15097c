#pragma once

#include <span>
#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

// Concat on either device: writes parts [rows, width_i] side by side into whole [rows, sum of width_i], all f32 or f64. The width is the
// last dimension, rows all dimensions before it.

namespace weir::cpu {
void concat(const Context& context, std::span<const ConstTensorView> parts, const TensorView& whole);
// The inverse of concat: copies whole to the parts. Widths are those of `shapes`, whose data is not read; an empty part is skipped.
void split(const Context& context, const ConstTensorView& whole, std::span<const ConstTensorView> shapes,
           std::span<const TensorView> parts);
}  // namespace weir::cpu

namespace weir::cuda {
void concat(const Context& context, std::span<const ConstTensorView> parts, const TensorView& whole);
void split(const Context& context, const ConstTensorView& whole, std::span<const ConstTensorView> shapes,
           std::span<const TensorView> parts);
}  // namespace weir::cuda
