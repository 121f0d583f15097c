#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>

namespace weir {

// Element type of a tensor. Layers compute in f32 or f64; bf16 is for storage on CUDA only; i32 holds labels and indices, u8 images and
// masks. i64 is accepted from files and other programs, and a Dataset converts it to i32.
enum class DType : std::uint8_t { f32, f64, bf16, i32, u8, i64 };

// Bytes of one element.
std::size_t size_of(DType dtype);

// "f32", "f64", "bf16", "i32", "u8", "i64".
std::string to_string(DType dtype);

// The DType of a C++ type: float, double, std::int32_t, std::uint8_t, std::int64_t.
template <class T>
constexpr DType dtype_of() {
  if constexpr (std::same_as<T, float>) {
    return DType::f32;
  } else if constexpr (std::same_as<T, double>) {
    return DType::f64;
  } else if constexpr (std::same_as<T, std::int32_t>) {
    return DType::i32;
  } else if constexpr (std::same_as<T, std::int64_t>) {
    return DType::i64;
  } else {
    static_assert(std::same_as<T, std::uint8_t>, "weir stores float, double, std::int32_t, std::int64_t and std::uint8_t");
    return DType::u8;
  }
}

}  // namespace weir
