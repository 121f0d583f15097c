// The product of floats: cut into tiles, each on the kernels of the best instruction set that the processor has.

#include "core/product.hpp"

#include <algorithm>
#include <memory>
#include <new>

#include <weir/core/parallel.hpp>

#include "core/product_eigen.hpp"
#include "core/product_sets.hpp"

namespace weir::cpu {

namespace {

// Measured: with so few rows, dot products beat packing b.
constexpr Index dot_rows_most = 24;

// Each thread's own, made at its first tile.
float* workspace() {
  constexpr std::align_val_t line{64};
  struct Free {
    void operator()(float* block) const { ::operator delete(block, line); }
  };
  static thread_local const std::unique_ptr<float, Free> memory(static_cast<float*>(::operator new(tile_workspace * sizeof(float), line)));
  return memory.get();
}

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

// A tile should use what it packs often, be worth a thread's while, and there should be enough of them for some sixteen threads. b is
// packed for every tile, so tiles are tall and narrow; a is packed only when transposed, and then they are squarer. Depends on the sizes
// alone.
Tiling tiling(const Product<float>& p, bool dot) {
  constexpr Index least_multiplications = 1 << 18, least_dot_multiplications = 1 << 15, tiles_most = 16;
  const Index columns_most = p.transpose_a ? tile_columns_most : 64, columns_least = p.transpose_a ? 96 : 32;
  const Index rows_most = p.transpose_a ? 256 : tile_rows_most, rows_least = dot ? p.m : p.transpose_a ? 128 : 64;
  const auto parts = [](Index count, Index most) { return (count + most - 1) / most; };

  Tiling t{p.m, p.n, parts(p.m, rows_most), parts(p.n, columns_most)};
  const Index worth = p.m * p.n * p.k / (dot ? least_dot_multiplications : least_multiplications), wanted = std::min(tiles_most, worth);
  while (2 * t.down * t.across <= wanted) {
    if (p.n / (2 * t.across) >= columns_least) {
      t.across *= 2;
    } else if (p.m / (2 * t.down) >= rows_least) {
      t.down *= 2;
    } else {
      break;
    }
  }
  return t;
}

void multiply(const Product<float>& p, const Tile& tile, void (*kernel)(const TileTask&)) {
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
  task.workspace = workspace();
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
  parallel_for(context, tiles.down * tiles.across, [&](Index index) {
    const Tile tile = tiles[index];
    multiply(p, tile, kernel);
    if (epilogue.run) epilogue.run(epilogue.user, tile);
  });
}

void product(const Context& context, const Product<double>& p, TileEpilogue epilogue) { product_on_eigen(context, p, epilogue); }

}  // namespace weir::cpu
