#pragma once

#include <weir/core/tensor_view.hpp>

#include "core/operation.hpp"

// PReLU on either device. x, y, dy, dx are [batch, c, ...], w and dw [c] or [1], all f32 or f64. partial_sums [prelu_chunks, c] is scratch.
// dx and dw may each be empty: not wanted.

namespace weir {

inline constexpr std::int64_t prelu_chunks = 32;

// x as samples of `slopes` runs; a run is `run` consecutive elements with the same slope.
struct PReLURuns {
  std::int64_t samples, slopes, run;
};

inline PReLURuns runs_of(const ConstTensorView& x, const ConstTensorView& w) {
  const std::int64_t samples = x.shape()[0], slopes = w.elements();
  return {samples, slopes, samples == 0 ? 0 : x.elements() / samples / slopes};
}

WEIR_OPERATION(prelu_forward, const ConstTensorView& x, const ConstTensorView& w, const TensorView& y);
WEIR_OPERATION(prelu_backward, const ConstTensorView& x, const ConstTensorView& w, const ConstTensorView& dy,
               const TensorView& partial_sums, const TensorView& dx, const TensorView& dw);

}  // namespace weir
