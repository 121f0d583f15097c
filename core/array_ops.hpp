#pragma once

#include <weir/core/array.hpp>
#include <weir/core/tensor_view.hpp>

#include "core/operation.hpp"

// Array operations of core on each device, f32 and f64. Callers have checked shapes, dtypes and devices.

namespace weir {

WEIR_OPERATION(matmul, const ConstTensorView& a, const ConstTensorView& b, const TensorView& c, const MatmulOptions& options);
WEIR_OPERATION(reduce_sum, const ConstTensorView& x, const TensorView& y);
WEIR_OPERATION(add, const ConstTensorView& a, const ConstTensorView& b, const TensorView& y);  // y = a + b; y may be a
// dy[i] = weight * (sample_weights[i] or 1) / batch.
WEIR_OPERATION(set_loss_gradient, const ConstTensorView& sample_weights, double weight, const TensorView& dy);
// sum[0] (f64) += weight * mean over i of (sample_weights[i] or 1) * y[i].
WEIR_OPERATION(accumulate_loss, const ConstTensorView& y, const ConstTensorView& sample_weights, double weight, const TensorView& sum);

}  // namespace weir
