#pragma once

#include <weir/activations/function.hpp>
#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

// The activations on each device. Callers have checked shapes, dtypes (f32, f64) and devices; a result may be one of the operands (in
// place).

namespace weir::cpu {
void activate(const Context& context, const ActivationFunction& f, const ConstTensorView& x, const TensorView& y);
void activate_backward(const Context& context, const ActivationFunction& f, const ConstTensorView& x_or_y, const ConstTensorView& dy,
                       const TensorView& dx);
void relu_grad(const Context& context, const ConstTensorView& x, const TensorView& g);
}  // namespace weir::cpu

namespace weir::cuda {
void activate(const Context& context, const ActivationFunction& f, const ConstTensorView& x, const TensorView& y);
void activate_backward(const Context& context, const ActivationFunction& f, const ConstTensorView& x_or_y, const ConstTensorView& dy,
                       const TensorView& dx);
void relu_grad(const Context& context, const ConstTensorView& x, const TensorView& g);
}  // namespace weir::cuda
