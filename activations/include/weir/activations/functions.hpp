#pragma once

#include <weir/activations/function.hpp>
#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

namespace weir {

// Activations on arrays, f32 or f64, on the device of the views. All arrays of a call have the same shape, which may be any. In place is
// allowed: a result may be the same block as an operand. A call throws before it writes anything: ShapeError (shapes differ), ConfigError
// (dtype, a parameter of f, blocks that overlap without being the same, null data) or DeviceError (an array on another device). Without a
// Context a call uses num_threads() threads and, on CUDA, waits for its result.

// y = max(0, x). NaN stays NaN, -0 becomes +0.
void relu(const ConstTensorView& x, const TensorView& y);
void relu(const Context& context, const ConstTensorView& x, const TensorView& y);

// g = 1 where x > 0, else 0 (also at 0 and NaN). Passing relu(x) for x gives the same result.
void relu_grad(const ConstTensorView& x, const TensorView& g);
void relu_grad(const Context& context, const ConstTensorView& x, const TensorView& g);

// dx = dy where y > 0, else 0. y is relu(x); passing x gives the same result.
void relu_backward(const ConstTensorView& y, const ConstTensorView& dy, const TensorView& dx);
void relu_backward(const Context& context, const ConstTensorView& y, const ConstTensorView& dy, const TensorView& dx);

// y = f(x).
void activate(const ActivationFunction& f, const ConstTensorView& x, const TensorView& y);
void activate(const Context& context, const ActivationFunction& f, const ConstTensorView& x, const TensorView& y);

// dx = dy f'(x). x_or_y is x where needs(f) is Needs::x, y = f(x) where it is Needs::y, and ignored where it is Needs::neither.
void activate_backward(const ActivationFunction& f, const ConstTensorView& x_or_y, const ConstTensorView& dy, const TensorView& dx);
void activate_backward(const Context& context, const ActivationFunction& f, const ConstTensorView& x_or_y, const ConstTensorView& dy,
                       const TensorView& dx);

}  // namespace weir
