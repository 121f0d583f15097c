#pragma once

#include <span>
#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

// Multiply on either device: two or more blocks of one shape and dtype, f32 or f64. An empty dx is skipped.

namespace weir::cpu {
void multiply_forward(const Context& context, std::span<const ConstTensorView> x, const TensorView& y);
void multiply_backward(const Context& context, std::span<const ConstTensorView> x, const ConstTensorView& dy,
                       std::span<const TensorView> dx);
}  // namespace weir::cpu

namespace weir::cuda {
void multiply_forward(const Context& context, std::span<const ConstTensorView> x, const TensorView& y);
void multiply_backward(const Context& context, std::span<const ConstTensorView> x, const ConstTensorView& dy,
                       std::span<const TensorView> dx);
}  // namespace weir::cuda
