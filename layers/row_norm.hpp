#pragma once

#include <span>
#include <weir/core/layer.hpp>

namespace weir {

// Shared implementation of LayerNorm (centred, with a bias) and RMSNorm (not centred, no bias), along the last dimension.
struct RowNorm {
  double eps;
  bool affine, centred;

  LayerPlan plan(std::span<const Shape> inputs) const;
  void forward(const Context& context, const LayerArgs& args) const;
  void backward(const Context& context, const LayerArgs& args) const;
};

}  // namespace weir
