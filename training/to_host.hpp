#pragma once

#include <weir/core/array.hpp>
#include <weir/core/tensor.hpp>

namespace weir {

// A copy of a block on the host, from any device. Slow: for checks only.
inline Tensor to_host(const Context& context, const ConstTensorView& view) {
  Tensor host(view.shape(), view.dtype());
  copy(context, view, host);
  return host;
}

}  // namespace weir
