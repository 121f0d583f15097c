#pragma once

#include <cstdint>
#include <string>

namespace weir {

// How a CUDA device rounds the operands of f32 matrix products before it multiplies them: f32 not at all; tf32 to 11 significant bits and
// bf16 to 8, both for the tensor cores. Accumulation, storage and all other operations stay f32. No effect on the CPU and on f64. PyTorch:
// torch.set_float32_matmul_precision("highest", "high", "medium").
enum class Precision : std::uint8_t { f32, tf32, bf16 };

std::string to_string(Precision precision);  // "f32", "tf32", "bf16"

}  // namespace weir
