#pragma once

#include <weir/activations/function.hpp>
#include <weir/core/tensor_view.hpp>

#include "core/operation.hpp"

// The activations on each device. Callers have checked shapes, dtypes (f32, f64) and devices; a result may be one of the operands (in
// place).

namespace weir {

WEIR_OPERATION(activate, const ActivationFunction& f, const ConstTensorView& x, const TensorView& y);
WEIR_OPERATION(activate_backward, const ActivationFunction& f, const ConstTensorView& x_or_y, const ConstTensorView& dy,
               const TensorView& dx);
WEIR_OPERATION(relu_grad, const ConstTensorView& x, const TensorView& g);

}  // namespace weir
