#pragma once

#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

// The mean squared error on either device: x and t [batch, ...] of one shape, y and dy [batch], all f32 or f64.

namespace weir::cpu {
void mean_squared_error_forward(const Context& context, const ConstTensorView& x, const ConstTensorView& t, const TensorView& y);
// dx and dt may each be empty: not wanted.
void mean_squared_error_backward(const Context& context, const ConstTensorView& x, const ConstTensorView& t, const ConstTensorView& dy,
                                 const TensorView& dx, const TensorView& dt);
}  // namespace weir::cpu

namespace weir::cuda {
void mean_squared_error_forward(const Context& context, const ConstTensorView& x, const ConstTensorView& t, const TensorView& y);
void mean_squared_error_backward(const Context& context, const ConstTensorView& x, const ConstTensorView& t, const ConstTensorView& dy,
                                 const TensorView& dx, const TensorView& dt);
}  // namespace weir::cuda
