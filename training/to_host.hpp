#pragma once

#include <weir/core/array.hpp>
#include <weir/core/tensor.hpp>

namespace weir {

// A copy of a layer's block on the host, wherever the layer runs: slow, for checks.
inline Tensor to_host(const Context& context, const ConstTensorView& view) {
  Tensor host(view.shape(), view.dtype());
  copy(context, view, host);
  return host;
}

}  // namespace weir
