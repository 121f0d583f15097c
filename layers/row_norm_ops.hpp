#pragma once

#include <weir/core/tensor_view.hpp>

#include "core/operation.hpp"

// LayerNorm (centred) and RMSNorm along the last dimension n, on either device. All f32 or f64.

namespace weir {

enum RowNormNumber { row_norm_mean, row_norm_inverse, row_norm_numbers };

// y = weight (x - mean) inverse + bias, where inverse = 1 / sqrt(mean of (x - mean)^2 + eps); mean is taken as 0 unless centred.
struct RowNormForward {
  ConstTensorView x;             // [..., n]
  ConstTensorView weight, bias;  // [n], each may be empty
  TensorView y;
  TensorView rows;  // [..., 2]: mean and inverse
  double eps = 0;
  bool centred = true;
};

struct RowNormBackward {
  ConstTensorView x, dy;
  ConstTensorView weight;  // or empty
  ConstTensorView rows;
  TensorView dx, dweight, dbias;  // each empty when not wanted
  bool centred = true;
};

WEIR_OPERATION(row_norm_forward, const RowNormForward& args);
WEIR_OPERATION(row_norm_backward, const RowNormBackward& args);

}  // namespace weir
