#include <algorithm>
#include <initializer_list>

#include <weir/core/parallel.hpp>

#include "activations/activation_ops.hpp"
#include "activations/apply.hpp"
#include "core/cpu/stream.hpp"
#include "core/typed.hpp"

namespace weir::cpu {

namespace {

// Elements per tile (the last one may be smaller): whole cache lines, and as many tiles for each thread. Tiles that are written with
// non-temporal stores are larger, because each ends with a store fence, but at least 16 a thread remain so that the load stays balanced.
// The thread count may decide this size only because an element's result depends on nothing but that element.
std::int64_t tile_size(const Context& context, std::int64_t elements, Store store) {
  constexpr std::int64_t small = 16 * 1024, large = 128 * 1024, tiles_per_thread = 16, line = 16;
  const std::int64_t most = store != Store::streamed ? small : std::clamp(elements / (tiles_per_thread * context.threads), small, large);
  if (elements <= most) return most;
  const std::int64_t tiles = ceil_div(ceil_div(elements, most), context.threads) * context.threads;
  return ceil_div(ceil_div(elements, tiles), line) * line;
}

// In place, the operand's loads bring the result's lines into the caches: ordinary stores are best.
Store store_for(bool in_place, std::size_t bytes, int threads) {
  if (in_place || !worth_fetching(bytes, threads)) return Store::cached;
  return worth_streaming(bytes, threads) ? Store::streamed : Store::prefetched;
}

// Calls f(begin, count, y, store) for each tile of the result; y points to element `begin` of it. Let f capture by value: with references
// every thread would read the captured variables from the calling thread's stack.
template <class F>
void for_each_tile(const Context& context, const TensorView& result, std::initializer_list<const void*> operands, F f) {
  const std::int64_t elements = result.elements();
  const auto absent = static_cast<std::size_t>(std::count(operands.begin(), operands.end(), static_cast<const void*>(nullptr)));
  const std::size_t bytes = static_cast<std::size_t>(elements) * size_of(result.dtype()) * (1 + operands.size() - absent);
  const bool in_place = std::find(operands.begin(), operands.end(), result.raw()) != operands.end();
  const Store store = store_for(in_place, bytes, context.threads);
  const std::int64_t size = tile_size(context, elements, store);
  typed(result.dtype(), [&](auto t) {
    auto* y = static_cast<decltype(t)*>(result.raw());
    parallel_for(context, ceil_div(elements, size), [=](std::int64_t tile) {
      const std::int64_t begin = tile * size;
      f(begin, std::min(size, elements - begin), y + begin, store);
    });
  });
}

template <class T>
const T* elements_of(const void* operand, std::int64_t begin) {
  return static_cast<const T*>(operand) + begin;
}

template <class T>
void run_backward(const GradientEpilogue& self, const Tile& tile, std::int64_t columns, void* dx) {
  const std::int64_t at = tile.row * columns + tile.column;
  const T* x_or_y = self.saved ? elements_of<T>(self.saved, at) : nullptr;
  T* result = static_cast<T*>(dx) + at;
  apply_backward(*static_cast<const ActivationFunction*>(self.user), x_or_y, result, result, {tile.rows, tile.columns, columns});
}

}  // namespace

void ask_for_backward(GradientEpilogue& epilogue, const ActivationFunction& f, const ConstTensorView& x_or_y, DType dtype) {
  typed(dtype, [&](auto t) { epilogue.run = run_backward<decltype(t)>; });
  epilogue.user = &f;
  epilogue.saved = x_or_y.raw();
}

void activate(const Context& context, const ActivationFunction& f, const ConstTensorView& x, const TensorView& y) {
  for_each_tile(context, y, {x.raw()}, [f, px = x.raw()]<class T>(std::int64_t begin, std::int64_t count, T* result, Store store) {
    apply_forward<T>(f, elements_of<T>(px, begin), result, one_row(count), store);
  });
}

void activate_backward(const Context& context, const ActivationFunction& f, const ConstTensorView& x_or_y, const ConstTensorView& dy,
                       const TensorView& dx) {
  const bool reads = needs(f) != Needs::neither;
  for_each_tile(context, dx, {reads ? x_or_y.raw() : nullptr, dy.raw()},
                [f, reads, px = x_or_y.raw(), pdy = dy.raw()]<class T>(std::int64_t begin, std::int64_t count, T* result, Store store) {
                  const T* operand = reads ? elements_of<T>(px, begin) : nullptr;
                  apply_backward<T>(f, operand, elements_of<T>(pdy, begin), result, one_row(count), store);
                });
}

void relu_grad(const Context& context, const ConstTensorView& x, const TensorView& g) {
  for_each_tile(context, g, {x.raw()}, [px = x.raw()]<class T>(std::int64_t begin, std::int64_t count, T* result, Store store) {
    apply_relu_grad<T>(elements_of<T>(px, begin), result, count, store);
  });
}

}  // namespace weir::cpu
