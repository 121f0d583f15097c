#pragma once

#include <cstdint>
#include <weir/core/host_device.hpp>

// Embedding's gradient without float atomics, so that its bits are reproducible: where several positions of the batch hold the same index,
// the first of them sums the gradients of all, in order.

namespace weir::cuda {

WEIR_HD inline bool is_first_place(const std::int32_t* index, std::int64_t place) {
  for (std::int64_t i = 0; i < place; ++i) {
    if (index[i] == index[place]) return false;
  }
  return true;
}

// Sum of one column of dy [places, dim] over the positions from `first` on that hold the same index as `first`.
template <class T>
WEIR_HD T sum_of_places(const std::int32_t* index, std::int64_t places, std::int64_t first, const T* dy, std::int64_t dim,
                        std::int64_t column) {
  T sum = T(0);
  for (std::int64_t i = first; i < places; ++i) {
    if (index[i] == index[first]) sum += dy[i * dim + column];
  }
  return sum;
}

}  // namespace weir::cuda
