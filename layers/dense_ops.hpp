#pragma once

#include <weir/activations/function.hpp>
#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

#include "layers/relu_mask.hpp"

// Dense on either device. Views are f32 or f64, of one dtype and on the context's device; rows is the product of x's dimensions before
// the last.

namespace weir {

// y[rows, out] = f(z), z = x[rows, in] w[out, in]^T + b[out].
struct DenseForward {
  ConstTensorView x, w, b;                // b empty: none
  const ActivationFunction* f = nullptr;  // nullptr: none
  TensorView z;                           // empty: z need not be kept
  TensorView y;

  // For CUDA alone, when f is ReLU and there is a bias: the library may do f, and leave its mask if there is a place for it.
  bool relu_drops_nan = false;
  TensorView relu_mask = {};       // u8 [relu_mask_bytes(rows, out)]; empty: not wanted
  bool* relu_mask_left = nullptr;  // becomes true when it is there
};

struct DenseBackward {
  ConstTensorView x, w, dy;
  const ActivationFunction* f = nullptr;
  ConstTensorView z_or_y;      // what f's backward needs; else empty
  TensorView dz;               // [rows, out] to work in; empty when f is nullptr
  TensorView partial_sums;     // [dense_bias_chunks, out] to work in; empty when there is no bias
  TensorView dw, db, dx;       // each empty when not wanted
  double* dw_bound = nullptr;  // becomes a bound on the magnitudes in dw, on the CPU; nullptr: not wanted

  // What made x is a Dense with an activation, of whose backward this one may do the first part, on dx: on the CPU the activation's, on
  // CUDA that of a ReLU that left its mask, and with it the bias gradient.
  const ActivationFunction* source_f = nullptr;  // for the CPU; nullptr: not wanted
  ConstTensorView source_z_or_y = {};            // what its backward needs; else empty
  ConstTensorView source_mask = {};              // for CUDA; empty: not wanted
  TensorView source_db = {};
  bool* source_done = nullptr;  // becomes true when it did
};

inline constexpr std::int64_t dense_bias_chunks = 32;

}  // namespace weir

namespace weir::cpu {
void dense_forward(const Context& context, const DenseForward& args);
void dense_backward(const Context& context, const DenseBackward& args);
}  // namespace weir::cpu

namespace weir::cuda {
void dense_forward(const Context& context, const DenseForward& args);
void dense_backward(const Context& context, const DenseBackward& args);
}  // namespace weir::cuda
