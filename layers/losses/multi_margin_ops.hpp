#pragma once

#include <span>
#include <weir/core/host_device.hpp>
#include <weir/core/tensor_view.hpp>

#include "core/operation.hpp"

// The multi-class hinge loss on either device: scores x and dx [batch, ..., classes], labels (i32) [batch, ...], y and dy [batch]; all but
// the labels are f32 or f64. y[i] = factor * mean over positions of w_l / classes * sum over j != l of max(0, margin - x_l + x_j)^p.

namespace weir {

struct MultiMarginTerm {
  std::span<const double> weights;  // on the host; empty: all 1
  double margin = 1;
  bool squared = false;
  double factor = 1;
};

// max(0, gap) or its square, where gap = margin - x_l + x_j; and g times the derivative. NaN stays NaN.
template <class T>
WEIR_HD inline T hinge(T gap, bool squared) {
  const T positive = gap <= T(0) ? T(0) : gap;
  return squared ? positive * positive : positive;
}
template <class T>
WEIR_HD inline T hinge_gradient(T gap, bool squared, T g) {
  return gap <= T(0) ? T(0) : g * (squared ? T(2) * gap : T(1));
}

WEIR_OPERATION(multi_margin_forward, const MultiMarginTerm& term, const ConstTensorView& x, const ConstTensorView& labels,
               const TensorView& y);
WEIR_OPERATION(multi_margin_backward, const MultiMarginTerm& term, const ConstTensorView& x, const ConstTensorView& labels,
               const ConstTensorView& dy, const TensorView& dx);

}  // namespace weir
