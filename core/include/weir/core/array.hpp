#pragma once

#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

namespace weir {

// Array operations, for example for layers written outside weir; f32 and f64, on the device of the views. They throw ShapeError,
// ConfigError (dtype) or DeviceError before they write anything. Inside a layer pass its Context on; without a Context they use
// num_threads() threads and, on CUDA, wait for the result.

// A Context for calls outside a layer: num_threads() threads, this thread's stream on a CUDA device, inference mode.
Context context_for(Device device);

// Which operand of a product is read transposed.
struct MatmulOptions {
  bool transpose_a = false;
  bool transpose_b = false;
};

// Matrix product c[m, n] = a[m, k] b[k, n]. With transpose_a, a is stored as [k, m]; with transpose_b, b as [n, k].
void matmul(const Context& context, const ConstTensorView& a, const ConstTensorView& b, const TensorView& c, MatmulOptions options = {});
void matmul(const ConstTensorView& a, const ConstTensorView& b, const TensorView& c, MatmulOptions options = {});

// Sums over the first dimension: y[features] = sum over samples of x[samples, features]. If y has shape {}, sums over all elements of x.
void reduce_sum(const Context& context, const ConstTensorView& x, const TensorView& y);
void reduce_sum(const ConstTensorView& x, const TensorView& y);

// y = x, for equal dtype and number of elements; between any two devices, one of which is the context's.
void copy(const Context& context, const ConstTensorView& x, const TensorView& y);
void copy(const ConstTensorView& x, const TensorView& y);

// Sets every element of y to value. Also for i32 and u8: ConfigError if the value does not fit.
void fill(const Context& context, const TensorView& y, double value);
void fill(const TensorView& y, double value);

}  // namespace weir
