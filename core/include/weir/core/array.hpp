#pragma once

#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

namespace weir {

// The arithmetic that a layer written outside weir needs, on the device of the views, f32 and f64. Each throws ShapeError,
// ConfigError (dtype) or DeviceError before it writes. Inside a layer pass the Context that it was given; without one the call
// uses num_threads() and returns when the result is there.

// A context for a call from outside any layer.
Context context_for(Device device);

// Which operand of a product is read transposed.
struct MatmulOptions {
  bool transpose_a = false;
  bool transpose_b = false;
};

// c[m, n] = a[m, k] b[k, n], each a matrix of two axes; a is given as [k, m] when transposed, b as [n, k].
void matmul(const Context& context, const ConstTensorView& a, const ConstTensorView& b, const TensorView& c, MatmulOptions options = {});
void matmul(const ConstTensorView& a, const ConstTensorView& b, const TensorView& c, MatmulOptions options = {});

// Sums over the outermost axis: y[features] = sum over samples of x[samples, features]; with y of shape {} over everything.
void reduce_sum(const Context& context, const ConstTensorView& x, const TensorView& y);
void reduce_sum(const ConstTensorView& x, const TensorView& y);

// y = x: equal dtype and count; any two devices, one of them being the context's.
void copy(const Context& context, const ConstTensorView& x, const TensorView& y);
void copy(const ConstTensorView& x, const TensorView& y);

// Every element of y becomes value; also for i32 and u8 where the value fits.
void fill(const Context& context, const TensorView& y, double value);
void fill(const TensorView& y, double value);

}  // namespace weir
