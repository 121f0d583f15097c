#pragma once

#include <cstdint>
#include <weir/activations/function.hpp>

#include "core/model/layer_links.hpp"

// An activation over one tile by one thread, T float or double: for this room's ops, and for a layer that applies it while its own tile
// is in cache. Each element's bits depend on its value alone, not on where it lies.

namespace weir::cpu {

// Where a result goes: into the caches; there too, though it is not there yet, so that its lines are asked for in advance; or past them
// where the processor can (core/cpu/stream.hpp). The last two are for a result that is none of the operands.
enum class Store : std::uint8_t { cached, fetched, streamed };

// StridedRows of elements, which begin so many elements apart: of a tile, or one row for what lies together.
struct StridedRows {
  std::int64_t count, length, apart;
};
constexpr StridedRows one_row(std::int64_t n) { return {1, n, n}; }

// y = f(x), element by element; y may be x, else they must not overlap.
template <class T>
void apply_forward(const ActivationFunction& f, const T* x, T* y, const StridedRows& rows, Store store = Store::cached);

// dx = dy f'(.), from x or y as needs(f) says (it may be null when f needs neither); dx may be either operand.
template <class T>
void apply_backward(const ActivationFunction& f, const T* x_or_y, const T* dy, T* dx, const StridedRows& rows, Store store = Store::cached);

// g[i] = x[i] > 0 as 1 or 0.
template <class T>
void apply_relu_grad(const T* x, T* g, std::int64_t n, Store store = Store::cached);

extern template void apply_forward(const ActivationFunction&, const float*, float*, const StridedRows&, Store);
extern template void apply_forward(const ActivationFunction&, const double*, double*, const StridedRows&, Store);
extern template void apply_backward(const ActivationFunction&, const float*, const float*, float*, const StridedRows&, Store);
extern template void apply_backward(const ActivationFunction&, const double*, const double*, double*, const StridedRows&, Store);
extern template void apply_relu_grad(const float*, float*, std::int64_t, Store);
extern template void apply_relu_grad(const double*, double*, std::int64_t, Store);

// Asks the layer that makes dy to apply f's backward to it, tile by tile; x_or_y as needs(f) says, of dy's elements. f and x_or_y must live
// until the end of backward.
void ask_for_backward(GradientEpilogue& epilogue, const ActivationFunction& f, const ConstTensorView& x_or_y, DType dtype);

}  // namespace weir::cpu
