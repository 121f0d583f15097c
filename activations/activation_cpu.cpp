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

// Calls f(begin, count, y, store) for each tile of the result, y being where element `begin` of it goes. A result that is an operand is in
// the caches already, and a small one had better be.
template <class F>
void for_each_tile(const Context& context, const TensorView& result, std::initializer_list<const void*> operands, F&& f) {
  const std::int64_t elements = result.elements();
  const std::size_t bytes = static_cast<std::size_t>(elements) * size_of(result.dtype());
  const bool apart = std::find(operands.begin(), operands.end(), result.raw()) == operands.end();
  const Store store = apart && bytes >= stream_bytes ? Store::streamed : Store::cached;
  typed(result.dtype(), [&](auto t) {
    auto* y = static_cast<decltype(t)*>(result.raw());
    parallel_for(context, ceil_div(elements, tile_elements), [&](std::int64_t tile) {
      const std::int64_t begin = tile * tile_elements;
      f(begin, std::min(tile_elements, elements - begin), y + begin, store);
    });
  });
}

template <class T>
const T* elements_of(const ConstTensorView& view, std::int64_t begin) {
  return static_cast<const T*>(view.raw()) + begin;
}

}  // namespace

void activate(const Context& context, const ActivationFunction& f, const ConstTensorView& x, const TensorView& y) {
  for_each_tile(context, y, {x.raw()}, [&]<class T>(std::int64_t begin, std::int64_t count, T* result, Store store) {
    apply_forward<T>(f, elements_of<T>(x, begin), result, count, store);
  });
}

void activate_backward(const Context& context, const ActivationFunction& f, const ConstTensorView& x_or_y, const ConstTensorView& dy,
                       const TensorView& dx) {
  const bool reads = needs(f) != Needs::neither;
  for_each_tile(context, dx, {reads ? x_or_y.raw() : nullptr, dy.raw()},
                [&]<class T>(std::int64_t begin, std::int64_t count, T* result, Store store) {
                  const T* operand = reads ? elements_of<T>(x_or_y, begin) : nullptr;
                  apply_backward<T>(f, operand, elements_of<T>(dy, begin), result, count, store);
                });
}

void relu_grad(const Context& context, const ConstTensorView& x, const TensorView& g) {
  for_each_tile(context, g, {x.raw()}, [&]<class T>(std::int64_t begin, std::int64_t count, T* result, Store store) {
    apply_relu_grad<T>(elements_of<T>(x, begin), result, count, store);
  });
}

}  // namespace weir::cpu
