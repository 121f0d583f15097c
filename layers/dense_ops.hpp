#pragma once

#include <weir/activations/function.hpp>
#include <weir/core/tensor_view.hpp>

#include "core/model/layer_links.hpp"
#include "core/operation.hpp"
#include "layers/relu_mask.hpp"

// Dense on either device. Views are f32 or f64, of one dtype and on the context's device; rows is the product of all dimensions of x except
// the last.

namespace weir {

// y[rows, out] = f(z), z = x[rows, in] w[out, in]^T + b[out].
struct DenseForward {
  ConstTensorView x, w, b;                // b empty: no bias
  const ActivationFunction* f = nullptr;  // nullptr: no activation
  TensorView z;                           // empty: z is not kept
  TensorView y;

  // CUDA, when f is ReLU and there is a bias: cuBLASLt may compute f and write its mask, which dy_epilogue then points to.
  bool relu_drops_nan = false;
  TensorView relu_mask = {};  // u8 [relu_mask_bytes(rows, out)]; empty: no mask wanted
  GradientEpilogue* dy_epilogue = nullptr;
};

struct DenseBackward {
  ConstTensorView x, w, dy;
  const ActivationFunction* f = nullptr;
  ConstTensorView z_or_y;                   // what f's backward reads; empty if nothing
  TensorView dz;                            // [rows, out], scratch; empty when f is nullptr
  TensorView partial_sums;                  // [dense_bias_chunks, out], scratch; empty when there is no bias
  TensorView dw, db, dx;                    // each empty when not wanted
  double* dw_bound = nullptr;               // CPU: receives an upper bound of max abs(dw); nullptr: not wanted
  GradientEpilogue* dx_epilogue = nullptr;  // applies the activation gradient of x's producer to dx; nullptr: none
};

inline constexpr std::int64_t dense_bias_chunks = 32;

WEIR_OPERATION(dense_forward, const DenseForward& args);
WEIR_OPERATION(dense_backward, const DenseBackward& args);

}  // namespace weir
