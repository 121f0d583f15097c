#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <weir/core/dtype.hpp>

namespace weir {

// Bits of one element of a safetensors dtype; 0 for a word that the format does not know.
int safetensors_bits(std::string_view dtype);

// What weir keeps every value of a tensor of that dtype in: f32 for F16 and BF16. Nothing for a dtype that weir does not read.
std::optional<DType> dtype_for(std::string_view dtype);

// The format's word for what weir stores: "F32".
std::string safetensors_dtype(DType dtype);

}  // namespace weir
