#pragma once

#include <cstdint>
#include <weir/activations/function.hpp>

#include "core/model/layer_links.hpp"

// An activation over one tile, on the calling thread; T is float or double. Used by this room's operations and by layers that apply an
// activation to their own output while it is still in cache. Each result depends on its operands alone, not on its place in the array.

namespace weir::cpu {

// How a result is written: with ordinary stores; with ordinary stores and software prefetching of its lines; or with non-temporal stores,
// which bypass the caches (core/cpu/stream.hpp). The last two are not for a result that is also an operand.
enum class Store : std::uint8_t { cached, prefetched, streamed };

// `count` rows of `length` elements, `stride` elements from the start of one to the next: a tile of a matrix.
struct StridedRows {
  std::int64_t count, length, stride;
};
constexpr StridedRows one_row(std::int64_t n) { return {1, n, n}; }

// y = f(x), element by element. y may be x itself, but must not overlap it otherwise.
template <class T>
void apply_forward(const ActivationFunction& f, const T* x, T* y, const StridedRows& rows, Store store = Store::cached);

// dx = dy f'(x). x_or_y is x or y as needs(f) says, and may be null when f needs neither; dx may be either operand.
template <class T>
void apply_backward(const ActivationFunction& f, const T* x_or_y, const T* dy, T* dx, const StridedRows& rows, Store store = Store::cached);

// g[i] = 1 where x[i] > 0, else 0.
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
