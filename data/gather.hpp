#pragma once

#include <cstdint>
#include <weir/core/tensor_view.hpp>

#include "core/operation.hpp"

// Gathers the rows of a batch: to[i, ...] = from[order[i], ...]; u8 becomes value / divisor, correctly rounded to the dtype of `to`. order
// is i32, indices of rows of `from`. From u8, f32 or f64 to f32 or f64, or from i32 to i32. The caller has checked all arguments.
//
// gather_batch uses order[*batch_index * batch + i], where *batch_index is in device memory, so that one recorded step can be replayed for
// every batch.

namespace weir {

WEIR_OPERATION(gather, const ConstTensorView& from, double divisor, const ConstTensorView& order, const TensorView& to);
WEIR_OPERATION(gather_batch, const ConstTensorView& from, double divisor, const ConstTensorView& order, const std::uint64_t* batch_index,
               std::int64_t batch, const TensorView& to);

}  // namespace weir
