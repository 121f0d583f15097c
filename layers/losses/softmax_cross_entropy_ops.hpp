#pragma once

#include <weir/core/host_device.hpp>
#include <weir/core/tensor_view.hpp>

#include "core/operation.hpp"

// The cross entropy of softmax(x) on either device. x is [batch, ..., classes]; t are labels (i32) [batch, ...] or probabilities of x's
// shape and dtype; y and dy [batch]. Saved from forward to backward: e of x's shape, exp(x - max); and rows [batch, ..., 3], for each row
// of x its maximum, the sum of its e and its loss. All but labels is f32 or f64.

namespace weir {

enum SoftmaxRow { row_max, row_sum, row_loss, row_numbers };

// The term of one class in a row's loss. Passed by value: when g++ 12 vectorises a loop that loads x conditionally for AVX-512, it reads
// wrong lanes.
template <class T>
WEIR_HD inline T probability_term(T x, T t, T most, T log_sum) {
  return t == T(0) ? T(0) : t * ((most - x) + log_sum);
}

// Checks the labels before it writes.
WEIR_OPERATION(softmax_cross_entropy_forward, const ConstTensorView& x, const ConstTensorView& t, const TensorView& y, const TensorView& e,
               const TensorView& rows);
// dx and dt (of probabilities) may each be empty: not wanted.
WEIR_OPERATION(softmax_cross_entropy_backward, const ConstTensorView& x, const ConstTensorView& t, const ConstTensorView& e,
               const ConstTensorView& rows, const ConstTensorView& dy, const TensorView& dx, const TensorView& dt);

}  // namespace weir
