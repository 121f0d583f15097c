#pragma once

#include <cstdint>
#include <weir/core/tensor_view.hpp>

namespace weir {

// A tensor seen as a matrix: rows along its last dimension.
struct Rows {
  std::int64_t count, width;
};

inline Rows rows_of(const ConstTensorView& x) {
  const std::int64_t width = x.shape().last();
  return {width == 0 ? 0 : x.elements() / width, width};
}

}  // namespace weir
