#pragma once

#include <cstdint>
#include <string>

#include <weir/core/tensor_view.hpp>

namespace weir {

// The first element of an f32 or f64 host block whose magnitude is not at most `limit` (a NaN is not); -1 when there is none.
std::int64_t first_beyond(const ConstTensorView& values, double limit);

// "sample 3, feature 17 is nan": where the element of this index lies in values [samples, ...], and what it is.
std::string describe_element(const ConstTensorView& values, std::int64_t index);

}  // namespace weir
