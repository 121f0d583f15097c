#include "core/product/transposed.hpp"

#include <algorithm>

#include <weir/core/parallel.hpp>

#include "core/typed.hpp"

namespace weir::cpu {

namespace {

constexpr Index transposed_rows_most = 128, transposed_tile_most = 256;
static_assert(spare_floats + transposed_rows_most * transposed_tile_most + packed_alone_most <= own_floats);

constexpr Index lines_of(Index count) { return ceil_div(count, line_floats); }

class TransposedProduct {
 public:
  TransposedProduct(const Product<float>& product, const ProductKernels& kernels, const Context& context, TileScratch& memory)
      : p_(product),
        kernels_(kernels),
        scratch_(memory),
        tiles_(tiles(product)),
        block_(even_block(p_.k, kernels.block_depth)),
        width_(lines_of(p_.m) * line_floats) {
    scratch_.reserve(context, own_floats * sizeof(float));
  }

  void run(const Context& context, TileEpilogue epilogue) const {
    parallel_for(context, tiles_, [&](Index tile) {
      if (scratch_.first_time()) {
        for (Index block = 0; block < blocks(); ++block) kernels_.pack_b(task(0, block));
      }
      for (Index block = 0; block < blocks(); ++block) kernels_.outer(task(tile, block));
      const Index row = begin(tile), rows = begin(tile + 1) - row;
      kernels_.transpose(transposed_tile(), width_, rows, p_.m, p_.bias ? p_.bias + row : nullptr, p_.c + row, p_.ldc, spare());
      if (epilogue.run) epilogue.run(epilogue.user, {.row = 0, .rows = p_.m, .column = row, .columns = rows});
    });
  }

 private:
  // Tiles of b's rows: about eight, for up to eight threads; each large enough to be worth handing over, and small enough for its result to
  // stay in cache. If there are several, each has more rows than the kernels for few rows take, so one packed copy serves them all.
  static constexpr Index tile_rows_least = 32, tiles_most = 8, tile_least = 1 << 18;
  static Index tiles(const Product<float>& p) {
    const Index wanted = std::min({tiles_most, p.m * p.n * p.k / tile_least, p.n / tile_rows_least});
    return std::max(ceil_div(p.n, transposed_tile_most), wanted);
  }

  Index begin(Index tile) const { return std::min(p_.n, lines_of(p_.n) * tile / tiles_ * line_floats); }
  Index blocks() const { return ceil_div(p_.k, block_); }

  float* spare() const { return static_cast<float*>(scratch_.mine()); }
  float* transposed_tile() const { return spare() + spare_floats; }
  float* packed(Index block) const { return transposed_tile() + transposed_tile_most * width_ + block * packed_b_floats(p_.m, block_); }

  TileTask task(Index tile, Index block) const {
    const Index k = block * block_, row = begin(tile);
    TileTask task;
    task.rows = begin(tile + 1) - row;
    task.columns = p_.m;
    task.depth = std::min(block_, p_.k - k);
    task.a = p_.b + row * p_.ldb + k;
    task.lda = p_.ldb;
    task.a_beyond_l2 = p_.n * p_.k > small_l2_floats;
    task.b = p_.a + k;
    task.ldb = p_.lda;
    task.transpose_b = true;
    task.packed_b = packed(block);
    task.b_is_packed = true;
    task.c = transposed_tile();
    task.ldc = width_;
    task.first = block == 0;
    task.spare = spare();
    return task;
  }

  const Product<float>& p_;
  const ProductKernels& kernels_;
  TileScratch& scratch_;
  Index tiles_, block_, width_;
};

}  // namespace

bool transposing_pays(const Product<float>& p, const ProductKernels& kernels) {
  const Index width = lines_of(p.m) * line_floats, idle = width - p.m;  // lanes used by each step
  const Index block = even_block(p.k, kernels.block_depth), depth = ceil_div(p.k, block) * block;
  return p.transpose_b && !p.transpose_a && p.m <= transposed_rows_most && 2 * p.m <= p.n && 4 * idle <= line_floats &&
         width * depth <= packed_alone_most;
}

void transposed_product(const Context& context, const Product<float>& p, const ProductKernels& kernels, TileScratch& memory,
                        TileEpilogue epilogue) {
  TransposedProduct(p, kernels, context, memory).run(context, epilogue);
}

}  // namespace weir::cpu
