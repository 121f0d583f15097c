#pragma once

#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

// Embedding on either device: x i32, [...]; weight [num, dim]; y, dy [..., dim], f32 or f64.

namespace weir::cpu {
// Checks x before it writes: ConfigError.
void embedding_forward(const Context& context, const ConstTensorView& x, const ConstTensorView& weight, const TensorView& y);
void embedding_backward(const Context& context, const ConstTensorView& x, const ConstTensorView& dy, const TensorView& dweight);
}  // namespace weir::cpu

namespace weir::cuda {
// Checks x before it writes: ConfigError.
void embedding_forward(const Context& context, const ConstTensorView& x, const ConstTensorView& weight, const TensorView& y);
void embedding_backward(const Context& context, const ConstTensorView& x, const ConstTensorView& dy, const TensorView& dweight);
}  // namespace weir::cuda
