#pragma once

#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

// Batch normalisation on either device; context.training says by which statistics. All f32 or f64.

namespace weir {

struct BatchNormForward {
  ConstTensorView x;               // [batch, features]; batch > 1 while training
  ConstTensorView weight, bias;    // [features], or both empty
  ConstTensorView mean, var;       // [features], the running ones
  TensorView next_mean, next_var;  // while training: what they become
  TensorView y;
  TensorView saved;  // [2, features]: the mean and 1 / sqrt(var + eps) that y was made with
  double eps = 0, momentum = 0;
};

struct BatchNormBackward {
  ConstTensorView x, dy;
  ConstTensorView weight;  // or empty
  ConstTensorView saved;
  TensorView sums;                // [2, features] to work in
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
