#pragma once

#include <cstdint>
#include <weir/core/host_device.hpp>

namespace weir {

// Index of the maximum of n > 0 numbers, the first one of equals; -1 if one is NaN. It is the class that a row of outputs predicts.
template <class T>
WEIR_HD inline std::int64_t argmax(const T* row, std::int64_t n) {
  std::int64_t best = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    if (row[i] != row[i]) return -1;
    if (row[i] > row[best]) best = i;
  }
  return best;
}

// Rank of row[chosen] in descending order, from 0; of equal numbers the one with the lower index comes first. n if one is NaN.
template <class T>
WEIR_HD inline std::int64_t rank_of(const T* row, std::int64_t n, std::int64_t chosen) {
  std::int64_t rank = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    if (row[i] != row[i]) return n;
    rank += row[i] > row[chosen] || (row[i] == row[chosen] && i < chosen) ? 1 : 0;
  }
  return rank;
}

}  // namespace weir
