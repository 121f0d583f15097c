#pragma once

#include <cstdint>
#include <string>

#include <weir/core/tensor_view.hpp>

namespace weir {

// The index of the first element of an f32 or f64 host block that is NaN or exceeds `limit` in magnitude; -1 when there is none.
std::int64_t first_beyond(const ConstTensorView& values, double limit);

// Position and value of an element of values [samples, ...] for messages: "sample 3, feature 17 is nan".
std::string describe_element(const ConstTensorView& values, std::int64_t index);

}  // namespace weir
