#pragma once

#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

// Softmax and LogSoftmax over the last dimension on either device: blocks of one shape and dtype, f32 or f64. y may be x.

namespace weir::cpu {
void softmax_forward(const Context& context, const ConstTensorView& x, const TensorView& y);
void softmax_backward(const Context& context, const ConstTensorView& y, const ConstTensorView& dy, const TensorView& dx);
void log_softmax_forward(const Context& context, const ConstTensorView& x, const TensorView& y);
void log_softmax_backward(const Context& context, const ConstTensorView& y, const ConstTensorView& dy, const TensorView& dx);
}  // namespace weir::cpu

namespace weir::cuda {
void softmax_forward(const Context& context, const ConstTensorView& x, const TensorView& y);
void softmax_backward(const Context& context, const ConstTensorView& y, const ConstTensorView& dy, const TensorView& dx);
void log_softmax_forward(const Context& context, const ConstTensorView& x, const TensorView& y);
void log_softmax_backward(const Context& context, const ConstTensorView& y, const ConstTensorView& dy, const TensorView& dx);
}  // namespace weir::cuda
