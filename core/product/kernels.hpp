#pragma once

#include <cstdint>

#include "core/product/tile_epilogue.hpp"

// The kernels of one instruction set, as product.cpp calls them. Their files are compiled with flags of their own, so neither this header
// nor what they include may define inline functions, of weir or the standard library, that other files share: the linker could pick the
// wrong version.

namespace weir::cpu {

using Index = std::int64_t;

// A tile of a product over one block of k: c[rows, columns] (+)= op(a)[rows, depth] op(b)[depth, columns] (+ bias), as in Product. No
// extent is 0; columns <= tile_columns_most.
struct TileTask {
  Index rows = 0, columns = 0, depth = 0;
  const float* a = nullptr;
  Index lda = 0;
  bool transpose_a = false;
  bool a_beyond_l2 = false;  // the whole of a is larger than a small L2, so prefetching pays
  const float* b = nullptr;
  Index ldb = 0;
  bool transpose_b = false;
  bool b_fits_l2 = false;  // the whole of b may stay in the L2 of the core that runs the tile
  float* c = nullptr;
  Index ldc = 0;
  bool first = true;            // overwrite c instead of adding to it
  const float* bias = nullptr;  // [columns], added to each row; nullptr: none
  Index row = 0, column = 0;    // where the tile begins in c, for the epilogue
  TileEpilogue epilogue = {};   // set for the last block of k: run once for the whole tile, or for parts of it as they are finished

  // Memory for packed operands, aligned to 64 bytes, and whether they are packed already: pack_a and pack_b pack for a whole row and column
  // of tiles; otherwise the tile packs its own operands.
  float *packed_a = nullptr, *packed_b = nullptr;
  bool a_is_packed = false, b_is_packed = false;
  float* spare = nullptr;  // spare_floats
};

// Blocks of k are at most block_depth deep, so that a strip of a stays in L1 and a tile's part of b in L2. A transposed a is packed in
// groups of group_rows; a tile that packs its own a does so block_rows at a time, so that they stay in L2.
inline constexpr Index tile_columns_most = 256, block_depth_most = 1024, group_rows = 12, block_rows = 10 * group_rows, lanes_most = 16;
inline constexpr Index line_floats = 16;           // in a cache line
inline constexpr Index small_l2_floats = 1 << 18;  // in a small L2
inline constexpr Index large_l2_floats = 1 << 19;

inline constexpr Index spare_floats = block_depth_most * lanes_most;
constexpr Index packed_a_floats(Index rows, Index depth) {
  return (rows + group_rows - 1) / group_rows * (group_rows * depth + lanes_most);
}
constexpr Index packed_b_floats(Index columns, Index depth) { return (columns + lanes_most - 1) / lanes_most * lanes_most * depth; }

// Up to this packed size each thread packs an operand for itself, which is faster than fetching it from another core's cache.
inline constexpr Index packed_alone_most = small_l2_floats;
static_assert(packed_alone_most >= packed_b_floats(tile_columns_most, block_depth_most));

// Scratch of a thread for any product; independent of its sizes, so that a later product does not allocate.
inline constexpr Index own_floats = spare_floats + packed_a_floats(block_rows, block_depth_most) + packed_alone_most;

// Splits k > 0 into blocks of nearly equal depth, at most `most`, multiples of 4.
constexpr Index even_block(Index k, Index most) {
  const Index blocks = (k + most - 1) / most;
  return (k + 4 * blocks - 1) / (4 * blocks) * 4;
}

struct ProductKernels {
  Index block_depth;  // larger where panels are narrower, so that c is read and written less often (measured, except for NEON)
  void (*pack_a)(const TileTask&);  // packs a for outer
  void (*pack_b)(const TileTask&);
  bool (*packs_a)(const TileTask&);  // whether pack_a does anything for this task
  bool (*packs_b)(const TileTask&);
  void (*outer)(const TileTask&);  // any layout and size, depth <= block_depth
  void (*dot)(const TileTask&);    // a not transposed, b transposed, few rows, the whole of k; reads both in place
  Index dot_rows_most;             // with more rows the outer kernels are faster (measured, except for NEON)

  // c[columns, rows] = x[rows, columns]^T plus bias[rows] (nullptr: none). Reads x up to the next whole cache line of rows. columns <=
  // block_depth_most.
  void (*transpose)(const float* x, Index ldx, Index rows, Index columns, const float* bias, float* c, Index ldc, float* spare);
};

extern const ProductKernels sse2_kernels, avx2_kernels, avx512_kernels, neon_kernels;  // each defined only where it can be compiled

enum class InstructionSet : std::uint8_t;
const ProductKernels* product_kernels(InstructionSet set);  // nullptr: this set has no kernels, products use Eigen

}  // namespace weir::cpu
