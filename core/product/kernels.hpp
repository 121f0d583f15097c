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
  bool a_beyond_l2 = false;  // all of a, not just this tile's part, is larger than a small L2: worth prefetching
  const float* b = nullptr;
  Index ldb = 0;
  bool transpose_b = false;
  bool b_fits_l2 = false;  // all of b may stay in the L2 of the one core at work
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

// Operands are taken at most block_depth at a time along k, so that a strip of a stays in L1 and a tile's part of b in L2. A transposed a
// is packed in groups of group_rows; a tile that packs it for itself takes block_rows at a time, so that they stay in L2.
inline constexpr Index tile_columns_most = 256, block_depth_most = 1024, group_rows = 12, block_rows = 10 * group_rows, lanes_most = 16;
inline constexpr Index line_floats = 16;           // of a cache line
inline constexpr Index small_l2_floats = 1 << 18;  // floats in a small L2
inline constexpr Index large_l2_floats = 1 << 19;

inline constexpr Index spare_floats = block_depth_most * lanes_most;
constexpr Index packed_a_floats(Index rows, Index depth) {
  return (rows + group_rows - 1) / group_rows * (group_rows * depth + lanes_most);
}
constexpr Index packed_b_floats(Index columns, Index depth) { return (columns + lanes_most - 1) / lanes_most * lanes_most * depth; }

// Up to this size, packed, each thread packs an operand for itself: to fetch it from another core's cache would take longer.
inline constexpr Index packed_alone_most = small_l2_floats;
static_assert(packed_alone_most >= packed_b_floats(tile_columns_most, block_depth_most));

// What a thread has for itself in any product, so that a later one of other sizes finds it.
inline constexpr Index own_floats = spare_floats + packed_a_floats(block_rows, block_depth_most) + packed_alone_most;

// k > 0 in blocks of nearly equal depth, at most so many, in whole fours.
constexpr Index even_block(Index k, Index most) {
  const Index blocks = (k + most - 1) / most;
  return (k + 4 * blocks - 1) / (4 * blocks) * 4;
}

struct ProductKernels {
  Index block_depth;                // the narrower its panels the deeper, so that c is read and written less often (measured, but NEON)
  void (*pack_a)(const TileTask&);  // for outer
  void (*pack_b)(const TileTask&);
  bool (*packs_a)(const TileTask&);  // whether pack_a has anything to do
  bool (*packs_b)(const TileTask&);
  void (*outer)(const TileTask&);  // any layout, any size, depth at most block_depth
  void (*dot)(const TileTask&);    // a not transposed, b transposed, few rows, the whole depth: reads both in place
  Index dot_rows_most;             // with more rows the other kernels are faster (measured, but NEON)

  // c[columns, rows] = the transpose of x[rows, columns], which is read up to the next whole line of rows, plus bias[rows] in each row
  // (nullptr: none). columns at most block_depth_most.
  void (*transpose)(const float* x, Index ldx, Index rows, Index columns, const float* bias, float* c, Index ldc, float* spare);
};

extern const ProductKernels sse2_kernels, avx2_kernels, avx512_kernels, neon_kernels;  // defined where they can be compiled

enum class InstructionSet : std::uint8_t;
const ProductKernels* product_kernels(InstructionSet set);  // nullptr: it has none, the product runs on Eigen

}  // namespace weir::cpu
