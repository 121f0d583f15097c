#pragma once

#include <span>
#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

// Add on either device: y = x[0] + x[1] + ..., from left to right. Two or more blocks of one shape and dtype (f32, f64); y may be any of
// them.

namespace weir::cpu {
void add_forward(const Context& context, std::span<const ConstTensorView> x, const TensorView& y);
}  // namespace weir::cpu

namespace weir::cuda {
void add_forward(const Context& context, std::span<const ConstTensorView> x, const TensorView& y);
}  // namespace weir::cuda
