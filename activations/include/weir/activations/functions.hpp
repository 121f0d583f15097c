#pragma once

#include <weir/activations/function.hpp>
#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

namespace weir {

// Activations on arrays of any one shape, f32 or f64, on the device of the views. In place is allowed: a result may be the same block
// as an operand. Each throws before it writes: ShapeError (shapes differ), ConfigError (dtype, a parameter of f, blocks that overlap
// without being the same, no data) or DeviceError. Without a Context the call uses num_threads() and returns when the result is there.

// y = max(0, x). NaN stays NaN, -0 becomes +0.
void relu(const ConstTensorView& x, const TensorView& y);
void relu(const Context& context, const ConstTensorView& x, const TensorView& y);

// g = 1 where x > 0, else 0 (also at 0 and NaN). relu(x) may be given in place of x.
void relu_grad(const ConstTensorView& x, const TensorView& g);
void relu_grad(const Context& context, const ConstTensorView& x, const TensorView& g);

// dx = dy where y > 0, else 0; y is relu(x) or x itself.
void relu_backward(const ConstTensorView& y, const ConstTensorView& dy, const TensorView& dx);
void relu_backward(const Context& context, const ConstTensorView& y, const ConstTensorView& dy, const TensorView& dx);

// y = f(x).
void activate(const ActivationFunction& f, const ConstTensorView& x, const TensorView& y);
void activate(const Context& context, const ActivationFunction& f, const ConstTensorView& x, const TensorView& y);

// dx = dy f'(x), from x or from y = f(x) as needs(f) says; x_or_y is not looked at when f needs neither.
void activate_backward(const ActivationFunction& f, const ConstTensorView& x_or_y, const ConstTensorView& dy, const TensorView& dx);
void activate_backward(const Context& context, const ActivationFunction& f, const ConstTensorView& x_or_y, const ConstTensorView& dy,
                       const TensorView& dx);

}  // namespace weir
