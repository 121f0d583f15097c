#pragma once

#include <cstdint>
#include <string>

#include <weir/core/tensor_view.hpp>

namespace weir {

// y[i] = x[i] between host blocks of any dtypes except bf16, rounded to nearest where y is f32 or f64. An integer dtype of y must hold each
// number exactly: at the first that it cannot hold (a fraction, too large, NaN) stops and returns its index. Returns -1 when all were
// converted.
std::int64_t convert(const ConstTensorView& x, const TensorView& y);

// Throws ConfigError "<who>: its memory is not aligned for f32. ..." unless the block can be read as its dtype.
void require_aligned(const std::string& who, const ConstTensorView& x);

// The element as text for messages: "5,000,000,000", "0.5".
std::string element_text(const ConstTensorView& x, std::int64_t index);

// The range of an integer dtype for messages: "a whole number from 0 to 255".
std::string range_text(DType dtype);

}  // namespace weir
