#include "core/product_turned.hpp"

#include <algorithm>
#include <cstring>

#include <weir/core/parallel.hpp>

#include "core/team.hpp"

namespace weir::cpu {

namespace {

constexpr Index lines_of(Index count) { return (count + line - 1) / line; }

class TurnedProduct {
 public:
  TurnedProduct(const Product<float>& product, const InstructionSet& set, const Context& context, TileScratch& memory)
      : p_(product), set_(set), scratch_(memory), tiles_(tiles(product)), block_(even_block(p_.k)), width_(lines_of(p_.m) * line) {
    const Index own = spare_floats + tile_rows_most * width_ + blocks() * packed_floats();
    scratch_.reserve(context, static_cast<std::size_t>(own) * sizeof(float), static_cast<std::size_t>(context.threads));
    std::memset(scratch_.shared(), 0, static_cast<std::size_t>(context.threads));
  }

  void run(const Context& context, TileEpilogue epilogue) const {
    parallel_for(context, tiles_, [&](Index tile) {
      pack_once();
      for (Index block = 0; block < blocks(); ++block) set_.outer(task(tile, block));
      const Index row = begin(tile), rows = begin(tile + 1) - row;
      set_.turn(turned_tile(), width_, rows, p_.m, p_.c + row, p_.ldc, spare());
      if (epilogue.run) epilogue.run(epilogue.user, {.row = 0, .rows = p_.m, .column = row, .columns = rows});
    });
  }

 private:
  // Tiles of b's rows: enough for some eight threads, each worth a thread's while and small enough for its result to stay in cache.
  static constexpr Index tile_rows_most = 256, tile_rows_least = 32, tiles_most = 8, tile_least = 1 << 18;
  static Index tiles(const Product<float>& p) {
    const Index wanted = std::min({tiles_most, p.m * p.n * p.k / tile_least, p.n / tile_rows_least});
    return std::max((p.n + tile_rows_most - 1) / tile_rows_most, wanted);
  }

  Index begin(Index tile) const { return std::min(p_.n, lines_of(p_.n) * tile / tiles_ * line); }
  Index blocks() const { return (p_.k + block_ - 1) / block_; }
  Index packed_floats() const { return packed_b_floats(p_.m, block_); }

  void pack_once() const {
    bool& done = static_cast<bool*>(scratch_.shared())[team_member()];
    if (done) return;
    for (Index block = 0; block < blocks(); ++block) set_.pack_b(task(0, block));
    done = true;
  }

  float* spare() const { return static_cast<float*>(scratch_.mine()); }
  float* turned_tile() const { return spare() + spare_floats; }

  TileTask task(Index tile, Index block) const {
    const Index k = block * block_, row = begin(tile);
    TileTask task;
    task.rows = begin(tile + 1) - row;
    task.columns = p_.m;
    task.depth = std::min(block_, p_.k - k);
    task.a = p_.b + row * p_.ldb + k;
    task.lda = p_.ldb;
    task.b = p_.a + k;
    task.ldb = p_.lda;
    task.transpose_b = true;
    task.packed_b = turned_tile() + tile_rows_most * width_ + block * packed_floats();
    task.b_is_packed = true;
    task.c = turned_tile();
    task.ldc = width_;
    task.first = block == 0;
    task.spare = spare();
    return task;
  }

  const Product<float>& p_;
  const InstructionSet& set_;
  TileScratch& scratch_;
  Index tiles_, block_, width_;
};

}  // namespace

bool turning_pays(const Product<float>& p, int threads) {
  constexpr Index packed_most = 1 << 18, rows_most = 128;  // measured
  const Index idle = lines_of(p.m) * line - p.m;           // lanes of each step
  return p.transpose_b && !p.transpose_a && p.m <= rows_most && p.m * p.k <= packed_most && 2 * p.m * threads <= p.n && 4 * idle <= line;
}

void turned_product(const Context& context, const Product<float>& p, const InstructionSet& set, TileScratch& memory,
                    TileEpilogue epilogue) {
  TurnedProduct(p, set, context, memory).run(context, epilogue);
}

}  // namespace weir::cpu
