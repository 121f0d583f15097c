#pragma once

#include <cstdint>
#include <weir/core/host_device.hpp>

namespace weir {

// The first of the largest of n > 0 numbers, -1 if one is NaN: the class that a row of outputs predicts.
template <class T>
WEIR_HD std::int64_t argmax(const T* row, std::int64_t n) {
  std::int64_t best = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    if (row[i] != row[i]) return -1;
    if (row[i] > row[best]) best = i;
  }
  return best;
}

// How many of n numbers come before number `chosen` in falling order, the first ones of equals first; n if one is NaN.
template <class T>
WEIR_HD std::int64_t place_of(const T* row, std::int64_t n, std::int64_t chosen) {
  std::int64_t place = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    if (row[i] != row[i]) return n;
    place += row[i] > row[chosen] || (row[i] == row[chosen] && i < chosen) ? 1 : 0;
  }
  return place;
}

}  // namespace weir
