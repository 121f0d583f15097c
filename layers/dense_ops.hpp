#pragma once

#include <weir/activations/function.hpp>
#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

#include "core/model/layer_links.hpp"
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

  // CUDA, when f is ReLU and there is a bias: cuBLASLt may do f, and write its mask, which dy_epilogue then names.
  bool relu_drops_nan = false;
  TensorView relu_mask = {};  // u8 [relu_mask_bytes(rows, out)]; empty: not wanted
  GradientEpilogue* dy_epilogue = nullptr;
};

struct DenseBackward {
  ConstTensorView x, w, dy;
  const ActivationFunction* f = nullptr;
  ConstTensorView z_or_y;                   // what f's backward needs; else empty
  TensorView dz;                            // [rows, out] to work in; empty when f is nullptr
  TensorView partial_sums;                  // [dense_bias_chunks, out] to work in; empty when there is no bias
  TensorView dw, db, dx;                    // each empty when not wanted
  double* dw_bound = nullptr;               // CPU: becomes an upper bound of max abs(dw); nullptr: not wanted
  GradientEpilogue* dx_epilogue = nullptr;  // what the layer that made x wants done with dx; nullptr: nothing
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
