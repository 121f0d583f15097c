#pragma once

#include <cstdint>
#include <weir/core/shape.hpp>
#include <weir/core/tensor_view.hpp>

#include "core/operation.hpp"

// Embedding on either device: x i32, [...]; weight [num, dim]; y, dy [..., dim], f32 or f64.

namespace weir {

// Throws ConfigError for the first sample of x (on the host) with an index out of range.
void check_indices(const ConstTensorView& x, const Shape& weight);

// Throws the ConfigError for a sample with an index out of range.
[[noreturn]] void refuse_index(const Shape& weight, std::int64_t sample, std::int32_t index);

// Checks x before it writes (ConfigError), except on CUDA in training mode, where the host does not wait for the device: an index out of
// range then gives a row of NaN and no gradient.
WEIR_OPERATION(embedding_forward, const ConstTensorView& x, const ConstTensorView& weight, const TensorView& y);
WEIR_OPERATION(embedding_backward, const ConstTensorView& x, const ConstTensorView& dy, const TensorView& dweight);

}  // namespace weir
