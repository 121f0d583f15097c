#pragma once

#include <cstdint>
#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

// Puts a batch together: to[i, ...] = from[order[i], ...], where u8 becomes value / divisor, an exact division in the dtype of `to`.
// order is i32, each within from. From u8, f32 or f64 to f32 or f64, or from i32 to i32. The caller has checked all of it.
//
// gather_batch takes order[*batch_index * batch + i]: a step that is recorded once finds its rows by a number on the device.

namespace weir::cpu {
void gather(const Context& context, const ConstTensorView& from, double divisor, const ConstTensorView& order, const TensorView& to);
void gather_batch(const Context& context, const ConstTensorView& from, double divisor, const ConstTensorView& order,
                  const std::uint64_t* batch_index, std::int64_t batch, const TensorView& to);
}  // namespace weir::cpu

namespace weir::cuda {
void gather(const Context& context, const ConstTensorView& from, double divisor, const ConstTensorView& order, const TensorView& to);
void gather_batch(const Context& context, const ConstTensorView& from, double divisor, const ConstTensorView& order,
                  const std::uint64_t* batch_index, std::int64_t batch, const TensorView& to);
}  // namespace weir::cuda
