#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <weir/core/dtype.hpp>
#include <weir/formats/tensor_file.hpp>

namespace weir {

// Bits of one element of a dtype in TensorEntry; 0 for a word that safetensors does not know.
int bits_of(std::string_view dtype);

// What weir keeps every value of such a dtype in: f32 for F16 and BF16. Nothing for a dtype that weir does not read.
std::optional<DType> dtype_for(std::string_view dtype);

// TensorEntry's word for what weir stores: "F32".
std::string dtype_word(DType dtype);

// "[10, 784] F32".
std::string describe(const TensorEntry& entry);

}  // namespace weir
