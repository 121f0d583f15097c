#pragma once

#include <cstdint>
#include <weir/core/tensor_view.hpp>

namespace weir {

// Calls f(double{}) for f64, else f(float{}): turns a DType into a C++ type, by decltype of f's argument.
template <class F>
void typed(DType dtype, F&& f) {
  if (dtype == DType::f64) {
    f(double{});
  } else {
    f(float{});
  }
}

// Like typed, for all dtypes: calls f with a value of the dtype's C++ type. For bf16, which has none, it returns false without calling f.
template <class F>
bool typed_any(DType dtype, F&& f) {
  switch (dtype) {
    case DType::f32:
      return f(float{}), true;
    case DType::f64:
      return f(double{}), true;
    case DType::i32:
      return f(std::int32_t{}), true;
    case DType::u8:
      return f(std::uint8_t{}), true;
    case DType::i64:
      return f(std::int64_t{}), true;
    case DType::bf16:
      return false;
  }
  return false;
}

// The data pointer of a view as T*, without any check; nullptr for an empty view.
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
