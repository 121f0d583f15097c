#pragma once

#include <cstdint>

#include "core/product/tile_epilogue.hpp"

// What the files of one instruction set offer to product.cpp. Those files are compiled with flags of their own, so nothing here or in
// what they include may bring in a function of the standard library or of ours that another file could share.

namespace weir::cpu {

using Index = std::int64_t;

// A tile of a product over one block of k: c[rows, columns] (+)= op(a)[rows, depth] op(b)[depth, columns] (+ bias), as in Product; no
// extent is 0, and columns are at most tile_columns_most.
struct TileTask {
  Index rows = 0, columns = 0, depth = 0;
  const float* a = nullptr;
  Index lda = 0;
  bool transpose_a = false;
  bool a_beyond_l2 = false;  // all of it, not just this tile's part, is larger than a small second cache: worth asking for in advance
  const float* b = nullptr;
  Index ldb = 0;
  bool transpose_b = false;
  bool b_fits_l2 = false;  // all of it may lie in the second cache of the one core at work
  float* c = nullptr;
  Index ldc = 0;
  bool first = true;            // c is written, not added to
  const float* bias = nullptr;  // [columns], added to each row of what c becomes; nullptr: none
  Index row = 0, column = 0;    // where the tile begins in all of c, for the epilogue
  TileEpilogue epilogue = {};   // of the last block: run for the whole tile, or for some of its rows or columns as they are finished

  // Where operands are packed, on a boundary of 64 bytes, and whether that has been done: pack_a and pack_b serve a row and a column of
  // tiles; what is not done, the tile does for itself.
  float *packed_a = nullptr, *packed_b = nullptr;
  bool a_is_packed = false, b_is_packed = false;
  float* spare = nullptr;  // spare_floats
};

// Operands are taken at most block_depth of an instruction set at a time along k, so that a strip of a stays in the first cache and a
// tile's part of b in the second. A transposed a is packed group_rows wide; a tile that packs it for itself takes block_rows at a time, so
// that they stay in the second cache.
inline constexpr Index tile_columns_most = 256, block_depth_most = 1024, group_rows = 12, block_rows = 10 * group_rows, lanes_most = 16;
inline constexpr Index line_floats = 16;        // of a cache line
inline constexpr Index second_cache = 1 << 18;  // floats, in a small one
inline constexpr Index large_second_cache = 1 << 19;

inline constexpr Index spare_floats = block_depth_most * lanes_most;
constexpr Index packed_a_floats(Index rows, Index depth) {
  return (rows + group_rows - 1) / group_rows * (group_rows * depth + lanes_most);
}
constexpr Index packed_b_floats(Index columns, Index depth) { return (columns + lanes_most - 1) / lanes_most * lanes_most * depth; }

// An operand that packed is no larger than this may be packed by each thread for itself: a copy from another core's cache takes longer.
inline constexpr Index packed_alone_most = second_cache;
static_assert(packed_alone_most >= packed_b_floats(tile_columns_most, block_depth_most));

// What a thread has for itself in any product, so that a later one of other sizes finds it.
inline constexpr Index own_floats = spare_floats + packed_a_floats(block_rows, block_depth_most) + packed_alone_most;

// k > 0 in blocks of nearly equal depth, at most so many, in whole fours.
constexpr Index even_block(Index k, Index most) {
  const Index blocks = (k + most - 1) / most;
  return (k + 4 * blocks - 1) / (4 * blocks) * 4;
}

struct InstructionSet {
  const char* name;
  bool wide;                        // vectors of 256 bits or more on x86: worth a second copy of other loops too, see vectorized.hpp
  Index block_depth;                // narrow panels are worth deeper ones: c is passed over less often (measured, but NEON)
  void (*pack_a)(const TileTask&);  // for outer
  void (*pack_b)(const TileTask&);
  bool (*packs_a)(const TileTask&);  // whether pack_a has anything to do
  bool (*packs_b)(const TileTask&);
  void (*outer)(const TileTask&);  // any layout, any size, depth at most block_depth
  void (*dot)(const TileTask&);    // a as it is, b transposed, few rows, the whole depth: reads both in place
  Index dot_rows_most;             // so many are few; with more, others are faster (measured, but NEON)

  // c[columns, rows] = the transpose of x[rows, columns], which is read up to the next whole line of rows, plus bias[rows] in each row
  // (nullptr: none). columns at most block_depth_most.
  void (*turn)(const float* x, Index ldx, Index rows, Index columns, const float* bias, float* c, Index ldc, float* spare);
};

extern const InstructionSet sse2_set, avx2_set, avx512_set, neon_set;  // defined where they can be compiled

}  // namespace weir::cpu
