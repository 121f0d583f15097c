// The f32 matrix product: cut into tiles, each computed by the kernels of the processor's best instruction set.

#include "core/product/product.hpp"

#include <algorithm>

#include <weir/core/parallel.hpp>

#include "core/cpu/instruction_set.hpp"
#include "core/product/eigen.hpp"
#include "core/product/kernels.hpp"
#include "core/product/tile_scratch.hpp"
#include "core/product/transposed.hpp"
#include "core/typed.hpp"

namespace weir::cpu {

namespace {

bool by_dot_products(const Product<float>& p, const ProductKernels& kernels) {
  return p.m <= kernels.dot_rows_most && p.transpose_b && !p.transpose_a;
}

bool a_beyond_l2(const Product<float>& p) { return p.m * p.k > small_l2_floats; }

// The deepest block of k. A transposed a that exceeds L2 is packed, so its blocks may be deeper (both depths measured).
Index depth_most(const Product<float>& p, const ProductKernels& kernels) {
  if (!p.transpose_a) return kernels.block_depth;
  return a_beyond_l2(p) ? 512 : 256;
}

// c cut into down x across tiles of nearly equal size; rows in whole groups, columns in whole cache lines.
struct Tiling {
  Index m = 0, n = 0, down = 1, across = 1;

  // The begin of part i of count when [0, n) is cut at multiples of unit.
  static Index cut(Index n, Index unit, Index i, Index count) { return std::min(n, ceil_div(n, unit) * i / count * unit); }

  Tile operator[](Index index) const {
    const Index i = index / across, j = index % across;
    Tile tile;
    tile.row = cut(m, group_rows, i, down);
    tile.rows = cut(m, group_rows, i + 1, down) - tile.row;
    tile.column = cut(n, line_floats, j, across);
    tile.columns = cut(n, line_floats, j + 1, across) - tile.column;
    return tile;
  }
};

// The number of tiles: about 8, or 16 if a is transposed (a weight gradient), so that 8 threads have work; each large enough to pay for
// packing its operands and handing it to a thread. depth is the depth of a block of k. Depends on the sizes alone; all constants measured.
Tiling tiling(const Product<float>& p, bool dot, Index depth) {
  const Index tiles_most = p.transpose_a ? 16 : 8, rows_most = p.transpose_a ? 512 : 1024;
  constexpr Index outer_least = 1 << 18, dot_least = 1 << 15;
  const bool narrow = p.n <= tile_columns_most / 2;  // then a row of c is short, and no other tile reads these rows of a
  const Index rows_good = p.transpose_a ? 48 : narrow ? 64 : 256;
  const Index rows_least = dot ? p.m : 64, columns_least = p.transpose_a ? 192 : 64;

  Tiling t{p.m, p.n, ceil_div(p.m, rows_most), ceil_div(p.n, tile_columns_most)};
  if (!dot && depth > 512 && !narrow) t.across *= 2;  // smaller parts of b, which leave room in L2
  const Index wanted = std::min(tiles_most, p.m * p.n * p.k / (dot ? dot_least : outer_least));
  while (2 * t.down * t.across <= wanted) {
    const Index rows = p.m / (2 * t.down), columns = p.n / (2 * t.across);
    if (rows >= rows_good || (rows >= rows_least && columns < columns_least)) {
      t.down *= 2;
    } else if (columns >= columns_least) {
      t.across *= 2;
    } else {
      break;
    }
  }
  return t;
}

// One product in its tiles. A part of an operand that only one tile reads is packed by that tile; a part that several tiles read is packed
// before them, one block of k at a time, which bounds the memory. A small b (see packed_alone_most) is packed whole by each thread at its
// first tile. All tiles of a row or column have nearly the same shape, so one packed copy serves them.
class TiledProduct {
 public:
  TiledProduct(const Product<float>& product, const ProductKernels& kernels, const Context& context, TileScratch& memory,
               TileEpilogue epilogue)
      : p_(product),
        epilogue_(epilogue),
        dot_(by_dot_products(p_, kernels)),
        alone_(context.threads == 1),
        kernels_(kernels),
        scratch_(memory) {
    const Index most = depth_most(p_, kernels);
    block_ = dot_ ? p_.k : even_block(p_.k, most);
    tiles_ = tiling(p_, dot_, block_);
    share_a_ = p_.transpose_a && tiles_.across > 1 && kernels_.packs_a(task(0, 0));
    const bool several_pack_b = !dot_ && tiles_.down > 1 && kernels_.packs_b(task(0, 0));
    b_alone_ = several_pack_b && block_of_b() * blocks() <= packed_alone_most;
    share_b_ = several_pack_b && !b_alone_;
    const Index part_rows = ceil_div(p_.m, tiles_.down) + group_rows;
    part_a_ = packed_a_floats(part_rows, block_);
    const Index deepest = p_.k > most ? most : block_;  // so that a later product with a smaller k needs no more memory
    const Index shared =
        (share_a_ ? tiles_.down * packed_a_floats(part_rows, deepest) : 0) + (share_b_ ? packed_b_floats(p_.n, deepest) : 0);
    scratch_.reserve(context, own_floats * sizeof(float), static_cast<std::size_t>(shared) * sizeof(float));
  }

  void run(const Context& context) const {
    const Index count = tiles_.down * tiles_.across, pack_b = share_b_ ? tiles_.across : 0, pack_a = share_a_ ? tiles_.down : 0;
    const Index span = pack_a + pack_b > 0 ? block_ : p_.k;  // how much of k is processed between two packing passes
    for (Index k = 0; k < p_.k; k += span) {
      if (pack_a + pack_b > 0) {
        parallel_for(context, pack_a + pack_b, [&](Index i) {
          if (i < pack_b) {
            kernels_.pack_b(task(i, k));
          } else {
            kernels_.pack_a(task((i - pack_b) * tiles_.across, k));
          }
        });
      }
      parallel_for(context, count, [&](Index index) {
        if (b_alone_ && scratch_.first_time()) pack_whole_b();
        const Index end = std::min(p_.k, k + span);
        for (Index block = k; block < end; block += block_) (dot_ ? kernels_.dot : kernels_.outer)(task(index, block));
      });
    }
  }

 private:
  Index blocks() const { return ceil_div(p_.k, block_); }
  Index block_of_b() const { return packed_b_floats(p_.n, block_); }

  void pack_whole_b() const {
    for (Index k = 0; k < p_.k; k += block_) {
      for (Index j = 0; j < tiles_.across; ++j) kernels_.pack_b(task(j, k));
    }
  }

  TileTask task(Index index, Index k) const {
    const Tile tile = tiles_[index];
    TileTask task;
    task.rows = tile.rows;
    task.columns = tile.columns;
    task.depth = std::min(block_, p_.k - k);
    task.a = p_.a + (p_.transpose_a ? k * p_.lda + tile.row : tile.row * p_.lda + k);
    task.lda = p_.lda;
    task.transpose_a = p_.transpose_a;
    task.a_beyond_l2 = a_beyond_l2(p_);
    task.b = p_.b + (p_.transpose_b ? tile.column * p_.ldb + k : k * p_.ldb + tile.column);
    task.ldb = p_.ldb;
    task.transpose_b = p_.transpose_b;
    task.b_fits_l2 = alone_ && p_.k * p_.n <= large_l2_floats;
    task.c = p_.c + tile.row * p_.ldc + tile.column;
    task.ldc = p_.ldc;
    task.first = k == 0;
    if (k + block_ >= p_.k) {
      if (p_.bias) task.bias = p_.bias + tile.column;
      task.epilogue = epilogue_;
    }
    task.row = tile.row;
    task.column = tile.column;
    auto *own = static_cast<float*>(scratch_.mine()), *shared = static_cast<float*>(scratch_.shared());
    task.spare = own;
    task.packed_a = own + spare_floats;
    task.packed_b = task.packed_a + packed_a_floats(block_rows, block_depth_most);
    task.a_is_packed = share_a_;
    task.b_is_packed = share_b_ || b_alone_;
    if (share_a_) task.packed_a = shared + index / tiles_.across * part_a_;
    if (b_alone_) {
      task.packed_b += k / block_ * block_of_b() + tile.column * block_;
    } else if (share_b_) {
      task.packed_b = shared + (share_a_ ? tiles_.down * part_a_ : 0) + tile.column * block_;
    }
    return task;
  }

  const Product<float>& p_;
  TileEpilogue epilogue_;
  bool dot_, alone_, share_a_ = false, share_b_ = false, b_alone_ = false;
  Tiling tiles_;
  const ProductKernels& kernels_;
  TileScratch& scratch_;
  Index block_ = 0, part_a_ = 0;
};

}  // namespace

void product(const Context& context, const Product<float>& p, TileEpilogue epilogue) {
  if (p.m == 0 || p.n == 0) return;
  const ProductKernels* kernels = product_kernels(instruction_set());
  if (!kernels || p.k == 0) return product_on_eigen(context, p, epilogue);
  TileScratch& own = own_scratch();
  if (!by_dot_products(p, *kernels) && transposing_pays(p, *kernels)) return transposed_product(context, p, *kernels, own, epilogue);
  TiledProduct(p, *kernels, context, own, epilogue).run(context);
}

void product(const Context& context, const Product<double>& p, TileEpilogue epilogue) { product_on_eigen(context, p, epilogue); }

}  // namespace weir::cpu
