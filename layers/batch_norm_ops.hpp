#pragma once

#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

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

}  // namespace weir

namespace weir::cpu {
void batch_norm_forward(const Context& context, const BatchNormForward& args);
void batch_norm_backward(const Context& context, const BatchNormBackward& args);
}  // namespace weir::cpu

namespace weir::cuda {
void batch_norm_forward(const Context& context, const BatchNormForward& args);
void batch_norm_backward(const Context& context, const BatchNormBackward& args);
}  // namespace weir::cuda
