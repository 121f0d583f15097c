#include <weir/core/dtype.hpp>

#include <weir/core/precision.hpp>

#include "core/typed.hpp"

namespace weir {

namespace {

// "?" for a value that is none of the enumerators.
template <class E, std::size_t N>
std::string name_in(const char* const (&names)[N], E value) {
  const auto place = static_cast<std::size_t>(value);
  return place < N ? names[place] : "?";
}

}  // namespace

std::size_t size_of(DType dtype) {
  std::size_t size = 2;  // of bf16
  typed_any(dtype, [&](auto number) { size = sizeof(number); });
  return size;
}

std::string to_string(DType dtype) {
  constexpr const char* names[] = {"f32", "f64", "bf16", "i32", "u8", "i64"};  // in the order of the enumerators
  return name_in(names, dtype);
}

std::string to_string(Precision precision) {
  constexpr const char* names[] = {"f32", "tf32", "bf16"};  // in the order of the enumerators
  return name_in(names, precision);
}

}  // namespace weir
