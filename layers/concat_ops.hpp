#pragma once

#include <span>
#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

// Concat on either device: parts [rows, width_i] beside each other in whole [rows, sum of width_i], all f32 or f64. The width is the last
// dimension, rows are all before it.

namespace weir::cpu {
void concat(const Context& context, std::span<const ConstTensorView> parts, const TensorView& whole);
// The way back. Widths are those of `shapes`, whose data is not read; an empty part is skipped.
void split(const Context& context, const ConstTensorView& whole, std::span<const ConstTensorView> shapes,
           std::span<const TensorView> parts);
}  // namespace weir::cpu

namespace weir::cuda {
void concat(const Context& context, std::span<const ConstTensorView> parts, const TensorView& whole);
void split(const Context& context, const ConstTensorView& whole, std::span<const ConstTensorView> shapes,
           std::span<const TensorView> parts);
}  // namespace weir::cuda
