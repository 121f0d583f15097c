#include <algorithm>
#include <initializer_list>

#include <weir/core/parallel.hpp>

#include "activations/activation_ops.hpp"
#include "activations/apply.hpp"
#include "core/stream.hpp"
#include "core/typed.hpp"

namespace weir::cpu {

namespace {

constexpr std::int64_t tile_elements = 16 * 1024;

// Calls f(begin, count, y) for each tile of the result, y being where element `begin` of it goes.
template <class T, class F>
void for_each_tile_of(const Context& context, const TensorView& result, bool stream, F&& f) {
  const std::int64_t elements = result.elements();
  T* y = static_cast<T*>(result.raw());
  parallel_for(context, (elements + tile_elements - 1) / tile_elements, [&](std::int64_t tile) {
    const std::int64_t begin = tile * tile_elements, end = std::min(begin + tile_elements, elements);
    if (!stream) return f(begin, end - begin, y + begin);
    constexpr std::int64_t block_elements = 256;  // stay in the nearest cache
    alignas(64) T block[block_elements];
    for (std::int64_t at = begin; at < end; at += block_elements) {
      const std::int64_t count = std::min(block_elements, end - at);
      f(at, count, block);
      stream_copy(block, y + at, static_cast<std::size_t>(count) * sizeof(T));
    }
    stream_end();
  });
}

// The same in the result's dtype. A result that is an operand is in the caches already.
template <class F>
void for_each_tile(const Context& context, const TensorView& result, std::initializer_list<const void*> operands, F&& f) {
  const std::size_t bytes = static_cast<std::size_t>(result.elements()) * size_of(result.dtype());
  const bool stream = bytes >= stream_bytes && std::find(operands.begin(), operands.end(), result.raw()) == operands.end();
  typed(result.dtype(), [&](auto t) { for_each_tile_of<decltype(t)>(context, result, stream, f); });
}

template <class T>
const T* elements_of(const ConstTensorView& view, std::int64_t begin) {
  return static_cast<const T*>(view.raw()) + begin;
}

}  // namespace

void activate(const Context& context, const ActivationFunction& f, const ConstTensorView& x, const TensorView& y) {
  for_each_tile(context, y, {x.raw()}, [&]<class T>(std::int64_t begin, std::int64_t count, T* result) {
    apply_forward<T>(f, elements_of<T>(x, begin), result, count);
  });
}

void activate_backward(const Context& context, const ActivationFunction& f, const ConstTensorView& x_or_y, const ConstTensorView& dy,
                       const TensorView& dx) {
  const bool reads = needs(f) != Needs::neither;
  for_each_tile(context, dx, {reads ? x_or_y.raw() : nullptr, dy.raw()}, [&]<class T>(std::int64_t begin, std::int64_t count, T* result) {
    const T* operand = reads ? elements_of<T>(x_or_y, begin) : nullptr;
    apply_backward<T>(f, operand, elements_of<T>(dy, begin), result, count);
  });
}

void relu_grad(const Context& context, const ConstTensorView& x, const TensorView& g) {
  for_each_tile(context, g, {x.raw()}, [&]<class T>(std::int64_t begin, std::int64_t count, T* result) {
    apply_relu_grad<T>(elements_of<T>(x, begin), result, count);
  });
}

}  // namespace weir::cpu
