#pragma once

#include <cstdint>
#include <weir/core/context.hpp>
#include <weir/core/shape.hpp>
#include <weir/core/tensor_view.hpp>

// Embedding on either device: x i32, [...]; weight [num, dim]; y, dy [..., dim], f32 or f64.

namespace weir {

// Throws ConfigError for the first sample of x, on the host, whose index is not a row of weight.
void check_indices(const ConstTensorView& x, const Shape& weight);

// Throws ConfigError for a sample whose index is not a row of weight.
[[noreturn]] void refuse_index(const Shape& weight, std::int64_t sample, std::int32_t index);

}  // namespace weir

namespace weir::cpu {
// Checks x before it writes: ConfigError.
void embedding_forward(const Context& context, const ConstTensorView& x, const ConstTensorView& weight, const TensorView& y);
void embedding_backward(const Context& context, const ConstTensorView& x, const ConstTensorView& dy, const TensorView& dweight);
}  // namespace weir::cpu

namespace weir::cuda {
// Checks x before it writes: ConfigError. Not while training, where nobody waits for the device: an index outside gives a row of NaN then,
// and no gradient.
void embedding_forward(const Context& context, const ConstTensorView& x, const ConstTensorView& weight, const TensorView& y);
void embedding_backward(const Context& context, const ConstTensorView& x, const ConstTensorView& dy, const TensorView& dweight);
}  // namespace weir::cuda
