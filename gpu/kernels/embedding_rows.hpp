#pragma once

#include <cstdint>
#include <weir/core/host_device.hpp>

// Embedding's gradient without atomics: of the places that name one row of the table the first adds up all of them, in order.

namespace weir::cuda {

WEIR_HD inline bool is_first_place(const std::int32_t* index, std::int64_t place) {
  for (std::int64_t i = 0; i < place; ++i) {
    if (index[i] == index[place]) return false;
  }
  return true;
}

// One column of dy [places, dim] over the places from `first` on that name its row.
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
