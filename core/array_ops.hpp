#pragma once

#include <weir/core/array.hpp>
#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

// Array operations of core on each device, f32 and f64. Callers have checked shapes, dtypes and devices.

namespace weir::cpu {
void matmul(const Context& context, const ConstTensorView& a, const ConstTensorView& b, const TensorView& c, const MatmulOptions& options);
void reduce_sum(const Context& context, const ConstTensorView& x, const TensorView& y);
void add(const Context& context, const ConstTensorView& a, const ConstTensorView& b, const TensorView& y);  // y = a + b; y may be a
void set_loss_gradient(const Context& context, const ConstTensorView& sample_weights, double weight, const TensorView& dy);
void accumulate_loss(const Context& context, const ConstTensorView& y, const ConstTensorView& sample_weights, double weight,
                     const TensorView& sum);
}  // namespace weir::cpu

namespace weir::cuda {
void matmul(const Context& context, const ConstTensorView& a, const ConstTensorView& b, const TensorView& c, const MatmulOptions& options);
void reduce_sum(const Context& context, const ConstTensorView& x, const TensorView& y);
void add(const Context& context, const ConstTensorView& a, const ConstTensorView& b, const TensorView& y);
// dy[i] = weight * (sample_weights[i] or 1) / batch.
void set_loss_gradient(const Context& context, const ConstTensorView& sample_weights, double weight, const TensorView& dy);
// sum[0] (f64) += weight * mean over i of (sample_weights[i] or 1) * y[i].
void accumulate_loss(const Context& context, const ConstTensorView& y, const ConstTensorView& sample_weights, double weight,
                     const TensorView& sum);
}  // namespace weir::cuda
