#pragma once

#include <cstdint>
#include <string>

namespace weir {

// How a CUDA device multiplies the f32 numbers of a product; sums, storage and everything else stay f32. f32 keeps every bit of the
// operands; tf32 rounds them to 11 bits of mantissa, bf16 to 8, for the matrix units. The CPU, and f64 anywhere, know f32 alone.
enum class Precision : std::uint8_t { f32, tf32, bf16 };

std::string to_string(Precision precision);  // "f32", "tf32", "bf16"

}  // namespace weir
