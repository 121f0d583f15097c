#pragma once

#include <cstdint>
#include <span>

#include <weir/core/layer.hpp>

#include "core/product/tile_epilogue.hpp"

// Lets a layer's only consumer apply that layer's activation gradient inside its own backward. If exactly one layer (the consumer) reads
// the output of another (the producer), the consumer's dx is the producer's dy. The matrix product that computes dx can then apply the
// activation gradient to each tile while the tile is in cache, and the producer need not read all of dy again:
//
//   producer, forward    describes the activation gradient in *links.dy
//   consumer, backward   applies what *links.dx describes to dx and sets `applied`, or ignores it
//   producer, backward   skips its activation gradient if links.dy->applied
//
// Both pointers point to the same GradientEpilogue, which the Program owns and clears before each forward. A layer that does not take part
// ignores LayerArgs::links. Dense is both producer and consumer (layers/dense.cpp).

namespace weir {

struct GradientEpilogue {
  // CPU: run(*this, tile, columns, dx) applies the producer's activation gradient in place to a finished tile of dx, a row-major matrix
  // with `columns` columns. Each element must be in exactly one tile; any thread may call it. nullptr: no epilogue.
  void (*run)(const GradientEpilogue& self, const cpu::Tile& tile, std::int64_t columns, void* dx) = nullptr;
  const void* user = nullptr;   // the activation, for run
  const void* saved = nullptr;  // what the activation gradient needs (z or y), with dx's layout, for run

  // CUDA: cuBLASLt can do this for ReLU only. dx becomes 0 where the mask's bit is 0 (layers/relu_mask.hpp), and the column sums of dx,
  // which are the producer's bias gradient, are written too. nullptr: no epilogue.
  void* relu_mask = nullptr;
  void* bias_gradient = nullptr;

  bool applied = false;  // dy already includes the activation gradient
  bool summed = false;   // bias_gradient has been written too
};

// The links of one layer of a Model's graph, as the layer sees them.
struct LayerLinks {
  const Layer* layer = nullptr;    // the layer that these links belong to
  GradientEpilogue* dy = nullptr;  // shared with the only reader of y; nullptr when y has several readers or is an output
  GradientEpilogue* dx = nullptr;  // shared with the layer that computes x[0], if this layer is its only reader

  // CPU: one number for each parameter, infinity before each backward. A layer may write an upper bound of max abs(gradient); the finite
  // check then skips that tensor. Empty on CUDA.
  std::span<double> bounds = {};
};

// nullptr when another layer passes on its own args to this one: it may change the inner layer's output, so the links do not apply.
inline LayerLinks links_of(const Layer& layer, const LayerArgs& args) {
  return args.links && args.links->layer == &layer ? *args.links : LayerLinks();
}

}  // namespace weir
