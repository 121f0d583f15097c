#include <weir/core/dtype.hpp>

#include "core/typed.hpp"

namespace weir {

std::size_t size_of(DType dtype) {
  std::size_t size = 2;  // of bf16
  typed_any(dtype, [&](auto number) { size = sizeof(number); });
  return size;
}

std::string to_string(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return "f32";
    case DType::f64:
      return "f64";
    case DType::bf16:
      return "bf16";
    case DType::i32:
      return "i32";
    case DType::u8:
      return "u8";
    case DType::i64:
      return "i64";
  }
  return "?";
}

}  // namespace weir
