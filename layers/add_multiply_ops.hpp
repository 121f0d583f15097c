#pragma once

#include <span>
#include <weir/core/tensor_view.hpp>

#include "core/operation.hpp"

// Add and Multiply on either device, from left to right: two or more blocks of one shape and dtype, f32 or f64.

namespace weir {

WEIR_OPERATION(add_forward, std::span<const ConstTensorView> x, const TensorView& y);  // y may be any of x

// An empty dx is skipped.
WEIR_OPERATION(multiply_forward, std::span<const ConstTensorView> x, const TensorView& y);
WEIR_OPERATION(multiply_backward, std::span<const ConstTensorView> x, const ConstTensorView& dy, std::span<const TensorView> dx);

}  // namespace weir
