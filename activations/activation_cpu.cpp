#include <algorithm>

#include <weir/core/parallel.hpp>

#include "activations/activation_ops.hpp"
#include "activations/apply.hpp"

namespace weir::cpu {

namespace {

constexpr std::int64_t tile_elements = 16 * 1024;

// Calls f(T{}, begin, count) for each tile, T being what the dtype stores.
template <class F>
void for_each_tile(const Context& context, const TensorView& result, F&& f) {
  const std::int64_t elements = result.elements();
  parallel_for(context, (elements + tile_elements - 1) / tile_elements, [&](std::int64_t tile) {
    const std::int64_t begin = tile * tile_elements;
    const std::int64_t count = std::min(tile_elements, elements - begin);
    result.dtype() == DType::f64 ? f(double{}, begin, count) : f(float{}, begin, count);
  });
}

template <class T>
const T* elements_of(const ConstTensorView& view, std::int64_t begin) {
  return static_cast<const T*>(view.raw()) + begin;
}

template <class T>
T* elements_of(const TensorView& view, std::int64_t begin) {
  return static_cast<T*>(view.raw()) + begin;
}

}  // namespace

void activate(const Context& context, const ActivationFunction& f, const ConstTensorView& x, const TensorView& y) {
  for_each_tile(context, y, [&]<class T>(T, std::int64_t begin, std::int64_t count) {
    apply_forward<T>(f, elements_of<T>(x, begin), elements_of<T>(y, begin), count);
  });
}

void activate_backward(const Context& context, const ActivationFunction& f, const ConstTensorView& x_or_y, const ConstTensorView& dy,
                       const TensorView& dx) {
  const bool reads = needs(f) != Needs::neither;
  for_each_tile(context, dx, [&]<class T>(T, std::int64_t begin, std::int64_t count) {
    const T* operand = reads ? elements_of<T>(x_or_y, begin) : nullptr;
    apply_backward<T>(f, operand, elements_of<T>(dy, begin), elements_of<T>(dx, begin), count);
  });
}

void relu_grad(const Context& context, const ConstTensorView& x, const TensorView& g) {
  for_each_tile(context, g, [&]<class T>(T, std::int64_t begin, std::int64_t count) {
    apply_relu_grad<T>(elements_of<T>(x, begin), elements_of<T>(g, begin), count);
  });
}

}  // namespace weir::cpu
