#pragma once

#include <cstdint>
#include <span>

#include <weir/core/layer.hpp>

#include "core/product/tile_epilogue.hpp"

// How two layers that know nothing of each other share work in a training step. When exactly one layer reads what another made, the
// reader's dx is the producer's dy, and the product that makes it can run the producer's activation gradient on each tile while the tile
// is in cache, instead of the producer reading all of dy again:
//
//   producer, forward    says in *links.dy what it wants done with dy
//   reader, backward     does that to dx with what it finds in *links.dx, and sets `applied`; or, knowing nothing of this, leaves it
//   producer, backward   begins behind its activation if links.dy->applied
//
// Both pointers lead to one GradientEpilogue, which the Program makes and clears before each forward. A layer that wants nothing or offers
// nothing ignores LayerArgs::links. Dense is on both sides (layers/dense.cpp).

namespace weir {

struct GradientEpilogue {
  // Wanted on the CPU: run(*this, tile, columns, dx) applies the gradient of the producer's activation, in place, to a finished tile of
  // dx, a matrix with so many columns. Each element is to be in one tile; any thread may run it. nullptr: nothing is wanted.
  void (*run)(const GradientEpilogue& self, const cpu::Tile& tile, std::int64_t columns, void* dx) = nullptr;
  const void* user = nullptr;   // for run: the activation
  const void* saved = nullptr;  // for run: the values that its gradient needs, laid out as dx is

  // Wanted on CUDA, where cuBLASLt has this for ReLU alone: dx becomes 0 where the mask's bit is 0 (layers/relu_mask.hpp), and the sum of
  // its rows, which is the producer's bias gradient, is written too. nullptr: nothing is wanted.
  void* relu_mask = nullptr;
  void* bias_gradient = nullptr;

  bool applied = false;  // done: dy has gone through the activation's gradient
  bool summed = false;   // bias_gradient is there too
};

// The links of one layer in a Model's graph.
struct LayerLinks {
  const Layer* layer = nullptr;    // whose they are
  GradientEpilogue* dy = nullptr;  // to the only reader of y; nullptr: there are several, or y is an output
  GradientEpilogue* dx = nullptr;  // from the layer that made x[0], if this is its only reader

  // CPU: one a parameter, infinity before each backward. A layer may write an upper bound of max abs(gradient); the finite check of the
  // training step then skips that gradient. Empty on CUDA.
  std::span<double> bounds = {};
};

// None for a layer that another layer calls with its own args: that one may change what the inner layer makes.
inline LayerLinks links_of(const Layer& layer, const LayerArgs& args) {
  return args.links && args.links->layer == &layer ? *args.links : LayerLinks();
}

}  // namespace weir
