#pragma once

#include <weir/core/tensor_view.hpp>

namespace weir {

// Calls f with a float or a double, as the dtype says.
template <class F>
void typed(DType dtype, F&& f) {
  if (dtype == DType::f64) {
    f(double{});
  } else {
    f(float{});
  }
}

// The elements of a block on the host, unchecked; nullptr for an empty view.
template <class T>
T* data(const TensorView& view) {
  return static_cast<T*>(view.raw());
}
template <class T>
const T* data(const ConstTensorView& view) {
  return static_cast<const T*>(view.raw());
}

inline constexpr std::int64_t ceil_div(std::int64_t count, std::int64_t size) { return (count + size - 1) / size; }

}  // namespace weir
