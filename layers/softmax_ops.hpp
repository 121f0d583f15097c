#pragma once

#include <weir/core/tensor_view.hpp>

#include "core/operation.hpp"

// Softmax and LogSoftmax over the last dimension on either device: blocks of one shape and dtype, f32 or f64. y may be x.

namespace weir {

WEIR_OPERATION(softmax_forward, const ConstTensorView& x, const TensorView& y);
WEIR_OPERATION(softmax_backward, const ConstTensorView& y, const ConstTensorView& dy, const TensorView& dx);
WEIR_OPERATION(log_softmax_forward, const ConstTensorView& x, const TensorView& y);
WEIR_OPERATION(log_softmax_backward, const ConstTensorView& y, const ConstTensorView& dy, const TensorView& dx);

}  // namespace weir
