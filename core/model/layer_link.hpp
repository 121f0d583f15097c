#pragma once

#include <span>

#include <weir/core/layer.hpp>

namespace weir {

// Between a layer and the only reader of its output, in training. The Program makes it and carries it; two layers that know each other
// may agree through it that the reader, on its way back, also does the first part of the layer's backward, as Dense and Dense do.
struct LayerLink {
  const Layer* layer = nullptr;       // whose output is read
  std::span<const TensorView> saved;  // of that layer, as are the next
  std::span<const TensorView> dparameters;
  bool offered = false;  // set by its forward: what the reader needs for that lies in `saved`, or is the output
  bool taken = false;    // set by the reader's backward: it is done, and what the layer finds as dy is the result
};

}  // namespace weir
