#pragma once

#include <weir/core/tensor_view.hpp>

#include "core/operation.hpp"

// Batch normalisation on either device, by the batch's statistics if context.training, else the running ones. All f32 or f64.

namespace weir {

struct BatchNormForward {
  ConstTensorView x;               // [batch, features]; batch > 1 while training
  ConstTensorView weight, bias;    // [features], or both empty
  ConstTensorView mean, var;       // [features], running statistics
  TensorView next_mean, next_var;  // training: the new running statistics
  TensorView y;
  TensorView saved;  // [2, features]: mean and 1 / sqrt(var + eps) used for y
  double eps = 0, momentum = 0;
};

struct BatchNormBackward {
  ConstTensorView x, dy;
  ConstTensorView weight;  // or empty
  ConstTensorView saved;
  TensorView sums;                // [2, features], scratch
  TensorView dx, dweight, dbias;  // each empty when not wanted
};

WEIR_OPERATION(batch_norm_forward, const BatchNormForward& args);
WEIR_OPERATION(batch_norm_backward, const BatchNormBackward& args);

}  // namespace weir
