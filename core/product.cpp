// The product of floats: cut into tiles, each on the kernels of the best instruction set that the processor has.

#include "core/product.hpp"

#include <algorithm>

#include <weir/core/parallel.hpp>

#include "core/product_eigen.hpp"
#include "core/product_sets.hpp"
#include "core/tile_scratch.hpp"

namespace weir::cpu {

namespace {

// Measured: with so few rows, dot products beat packing b.
constexpr Index dot_rows_most = 24;

// c in down x across tiles of nearly equal size, columns in whole units.
struct Tiling {
  static constexpr Index unit = 16;
  Index m = 0, n = 0, down = 1, across = 1;

  Tile operator[](Index index) const {
    const Index i = index / across, j = index % across, units = (n + unit - 1) / unit;
    Tile tile;
    tile.row = m * i / down;
    tile.rows = m * (i + 1) / down - tile.row;
    tile.column = units * j / across * unit;
    tile.columns = std::min(n, units * (j + 1) / across * unit) - tile.column;
    return tile;
  }
};

// There should be enough tiles for some sixteen threads, each worth a thread's while, and each large enough to use what it packs often: b
// for every tile, down its rows, and a transposed a, along its columns. Depends on the sizes alone; all figures measured.
Tiling tiling(const Product<float>& p, bool dot) {
  constexpr Index tiles_most = 16, rows_most = 512, rows_good = 256, outer_least = 1 << 18, dot_least = 1 << 15;
  const Index rows_least = dot ? p.m : 64, columns_least = p.transpose_a ? 192 : 32;
  const auto parts = [](Index count, Index most) { return (count + most - 1) / most; };

  Tiling t{p.m, p.n, parts(p.m, rows_most), parts(p.n, tile_columns_most)};
  const Index wanted = std::min(tiles_most, p.m * p.n * p.k / (dot ? dot_least : outer_least));
  while (2 * t.down * t.across <= wanted) {
    const Index rows = p.m / (2 * t.down), columns = p.n / (2 * t.across);
    if (rows >= (p.transpose_a ? 32 : rows_good) || (rows >= rows_least && columns < columns_least)) {
      t.down *= 2;
    } else if (columns >= columns_least) {
      t.across *= 2;
    } else {
      break;
    }
  }
  return t;
}

void multiply(const Product<float>& p, const Tile& tile, void (*kernel)(const TileTask&), void* workspace) {
  float* c = p.c + tile.row * p.ldc + tile.column;
  if (p.k == 0) {
    for (Index row = 0; row < tile.rows; ++row) std::fill_n(c + row * p.ldc, tile.columns, 0.0f);
    return;
  }
  TileTask task;
  task.rows = tile.rows;
  task.columns = tile.columns;
  task.depth = p.k;
  task.a = p.a + (p.transpose_a ? tile.row : tile.row * p.lda);
  task.lda = p.lda;
  task.transpose_a = p.transpose_a;
  task.b = p.b + (p.transpose_b ? tile.column * p.ldb : tile.column);
  task.ldb = p.ldb;
  task.transpose_b = p.transpose_b;
  task.c = c;
  task.ldc = p.ldc;
  task.workspace = static_cast<float*>(workspace);
  kernel(task);
}

}  // namespace

void product(const Context& context, const Product<float>& p, TileEpilogue epilogue) {
  if (p.m == 0 || p.n == 0) return;
  const InstructionSet* set = instruction_set();
  if (!set) return product_on_eigen(context, p, epilogue);
  const bool dot = p.m <= dot_rows_most && p.transpose_b && !p.transpose_a;
  const auto kernel = dot ? set->dot : set->outer;
  const Tiling tiles = tiling(p, dot);
  static thread_local TileScratch own;
  TileScratch& scratch = own;  // the tiles run on other threads
  scratch.reserve(context, tile_workspace * sizeof(float));
  parallel_for(context, tiles.down * tiles.across, [&](Index index) {
    const Tile tile = tiles[index];
    multiply(p, tile, kernel, scratch.mine());
    if (epilogue.run) epilogue.run(epilogue.user, tile);
  });
}

void product(const Context& context, const Product<double>& p, TileEpilogue epilogue) { product_on_eigen(context, p, epilogue); }

}  // namespace weir::cpu
