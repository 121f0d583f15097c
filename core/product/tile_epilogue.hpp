#pragma once

#include <cstdint>

namespace weir::cpu {

// A finished part of c: rows [row, row + rows) and columns [column, column + columns).
struct Tile {
  std::int64_t row = 0, rows = 0, column = 0, columns = 0;
};

// A function to run on each part of c right after it is finished, while it is in cache; each element is in exactly one part. Does not own
// what it points to.
struct TileEpilogue {
  void* user = nullptr;
  void (*run)(void* user, const Tile& tile) = nullptr;  // nullptr: nothing
};

template <class F>
TileEpilogue tile_epilogue(F& f) {
  return {&f, [](void* user, const Tile& tile) { (*static_cast<F*>(user))(tile); }};
}

}  // namespace weir::cpu
