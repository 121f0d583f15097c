#pragma once

#include <cstdint>

// What the files of one instruction set offer to product.cpp. Those files are compiled with flags of their own, so nothing here or in
// what they include may bring in a function of the standard library or of ours that another file could share.

namespace weir::cpu {

using Index = std::int64_t;

// One tile of a product: c[rows, columns] = op(a)[rows, depth] op(b)[depth, columns], as in Product; no extent is 0.
struct TileTask {
  Index rows = 0, columns = 0, depth = 0;
  const float* a = nullptr;
  Index lda = 0;
  bool transpose_a = false;
  const float* b = nullptr;
  Index ldb = 0;
  bool transpose_b = false;
  float* c = nullptr;
  Index ldc = 0;
  float* workspace = nullptr;  // tile_workspace floats, aligned to 64 bytes
};

inline constexpr Index tile_columns_most = 256;

// Operands are taken block_depth at a time along k, so that a packed strip of b stays in the first cache, and block_rows at a time along
// the rows, so that this part of a stays in the second.
inline constexpr Index block_depth = 512, block_rows = 120, lanes_most = 16;
inline constexpr Index tile_workspace = block_depth * (tile_columns_most + block_rows + 2 * lanes_most);

struct InstructionSet {
  const char* name;
  bool wide;  // vectors of 256 bits or more on x86: worth a second copy of other loops too, see vectorized.hpp
  void (*outer)(const TileTask&);  // any layout, any size
  void (*dot)(const TileTask&);    // a as it is, b transposed, few rows: reads both in place
};

extern const InstructionSet sse2_set, avx2_set, avx512_set, neon_set;  // defined where they can be compiled

}  // namespace weir::cpu
