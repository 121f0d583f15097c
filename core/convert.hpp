#pragma once

#include <cstdint>
#include <string>

#include <weir/core/tensor_view.hpp>

namespace weir {

// y[i] = x[i] for blocks of the host, of any dtypes but bf16; rounded to the nearest where y is f32 or f64. Returns the index of the first
// number that y's whole numbers cannot hold (a fraction, too large, NaN), at which it stops, or -1.
std::int64_t convert(const ConstTensorView& x, const TensorView& y);

// That number in words: "5,000,000,000", "0.5".
std::string element_text(const ConstTensorView& x, std::int64_t index);

// What a dtype of whole numbers holds: "a whole number from 0 to 255".
std::string range_text(DType dtype);

}  // namespace weir
