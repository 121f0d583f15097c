#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <weir/core/dtype.hpp>
#include <weir/formats/tensor_file.hpp>

namespace weir {

// Bits of an element of a TensorEntry::dtype; 0 for a dtype that safetensors does not define.
int bits_of(std::string_view dtype);

// Bits of all its elements; nullopt when 64 bits cannot count them.
std::optional<std::uint64_t> bits_of(const TensorEntry& entry);

// The DType that holds every value of a TensorEntry::dtype: f32 for F16 and BF16. nullopt for a dtype that weir does not read.
std::optional<DType> dtype_for(std::string_view dtype);

// The TensorEntry::dtype of a DType: "F32".
std::string dtype_word(DType dtype);

// "[10, 784] F32".
std::string describe(const TensorEntry& entry);

}  // namespace weir
