#pragma once

#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

// Puts a batch together: to[i, ...] = from[order[i], ...], where u8 becomes value / divisor, an exact division in the dtype of `to`.
// order is i32 [batch], each within from. From u8, f32 or f64 to f32 or f64, or from i32 to i32. The caller has checked all of it.

namespace weir::cpu {
void gather(const Context& context, const ConstTensorView& from, double divisor, const ConstTensorView& order, const TensorView& to);
}  // namespace weir::cpu

namespace weir::cuda {
void gather(const Context& context, const ConstTensorView& from, double divisor, const ConstTensorView& order, const TensorView& to);
}  // namespace weir::cuda
