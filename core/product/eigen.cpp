// The matrix product on Eigen's single-threaded kernel, one tile of c in each call.

#include <algorithm>
#include <cstddef>

#include <Eigen/Core>

#include <weir/core/parallel.hpp>

#include "core/cpu/huge_pages.hpp"
#include "core/product/eigen.hpp"
#include "core/product/tile_scratch.hpp"
#include "core/typed.hpp"

namespace weir::cpu {

namespace {

constexpr std::int64_t tile_rows = 32;
constexpr std::int64_t tile_columns = 512;

// Eigen's block sizes for this tile, and where to pack its operands: by default Eigen would call malloc for each tile.
template <class T>
class Blocking : public Eigen::internal::level3_blocking<T, T> {
 public:
  Blocking(Eigen::Index rows, Eigen::Index columns, Eigen::Index depth) {
    this->m_mc = rows;
    this->m_nc = columns;
    this->m_kc = depth;
    Eigen::internal::computeProductBlockingSizes<T, T, 1>(this->m_kc, this->m_mc, this->m_nc, Eigen::Index(1));
  }

  std::size_t bytes() const { return bytes(this->m_mc, this->m_kc) + bytes(this->m_kc, this->m_nc); }

  void pack_into(void* memory) {
    this->m_blockA = static_cast<T*>(memory);
    this->m_blockB = reinterpret_cast<T*>(static_cast<std::byte*>(memory) + bytes(this->m_mc, this->m_kc));
  }

 private:
  static std::size_t bytes(Eigen::Index a, Eigen::Index b) {
    return round_up(static_cast<std::size_t>(a) * static_cast<std::size_t>(b) * sizeof(T), 64);
  }
};

// Eigen's kernel wants c column-major, so this computes c^T = op(b)^T op(a)^T.
template <class T, int OrderB, int OrderA>
void multiply_tile(const Product<T>& p, const T* a, const T* b, T* c, const Tile& tile, void* workspace) {
  using Kernel = Eigen::internal::general_matrix_matrix_product<Eigen::Index, T, OrderB, false, T, OrderA, false, Eigen::ColMajor, 1>;
  Blocking<T> blocking(tile.columns, tile.rows, p.k);
  blocking.pack_into(workspace);
  Kernel::run(tile.columns, tile.rows, p.k, b, p.ldb, a, p.lda, c, 1, p.ldc, T(1), blocking, nullptr);
}

template <class T>
void multiply(const Product<T>& p, const Tile& tile, void* workspace) {
  const T* a = p.a + (p.transpose_a ? tile.row : tile.row * p.lda);
  const T* b = p.b + (p.transpose_b ? tile.column * p.ldb : tile.column);
  T* c = p.c + tile.row * p.ldc + tile.column;
  for (std::int64_t row = 0; row < tile.rows; ++row) std::fill_n(c + row * p.ldc, tile.columns, T(0));
  if (p.k == 0) return;
  constexpr int row_major = Eigen::RowMajor, column_major = Eigen::ColMajor;
  const auto kernel = p.transpose_b
                          ? (p.transpose_a ? multiply_tile<T, row_major, row_major> : multiply_tile<T, row_major, column_major>)
                          : (p.transpose_a ? multiply_tile<T, column_major, row_major> : multiply_tile<T, column_major, column_major>);
  kernel(p, a, b, c, tile, workspace);
}

template <class T>
void add_bias(const Product<T>& p, const Tile& tile) {
  for (std::int64_t row = tile.row; row < tile.row + tile.rows; ++row) {
    T* __restrict c = p.c + row * p.ldc;
    const T* __restrict bias = p.bias;
    for (std::int64_t column = tile.column; column < tile.column + tile.columns; ++column) c[column] += bias[column];
  }
}

// Enough scratch for every tile of the product: tiles have at most two heights and two widths.
template <class T>
std::size_t workspace_bytes(const Product<T>& p) {
  std::size_t most = 0;
  for (const std::int64_t rows : {std::min(tile_rows, p.m), p.m % tile_rows}) {
    for (const std::int64_t columns : {std::min(tile_columns, p.n), p.n % tile_columns}) {
      if (rows > 0 && columns > 0 && p.k > 0) most = std::max(most, Blocking<T>(columns, rows, p.k).bytes());
    }
  }
  return most;
}

template <class T>
void product_in_tiles(const Context& context, const Product<T>& p, TileEpilogue epilogue) {
  const std::int64_t down = ceil_div(p.m, tile_rows), across = ceil_div(p.n, tile_columns);
  TileScratch& scratch = own_scratch();
  scratch.reserve(context, workspace_bytes(p));
  parallel_for(context, down * across, [&](std::int64_t index) {
    Tile tile;
    tile.row = index / across * tile_rows;
    tile.rows = std::min(tile_rows, p.m - tile.row);
    tile.column = index % across * tile_columns;
    tile.columns = std::min(tile_columns, p.n - tile.column);
    multiply(p, tile, scratch.mine());
    if (p.bias) add_bias(p, tile);
    if (epilogue.run) epilogue.run(epilogue.user, tile);
  });
}

}  // namespace

void product_on_eigen(const Context& context, const Product<float>& p, TileEpilogue epilogue) { product_in_tiles(context, p, epilogue); }
void product_on_eigen(const Context& context, const Product<double>& p, TileEpilogue epilogue) { product_in_tiles(context, p, epilogue); }

}  // namespace weir::cpu
