#include <algorithm>

#include "activations/apply.hpp"
#include "core/cpu/vectorized.hpp"
#include "core/max_abs.hpp"
#include "core/product/product.hpp"
#include "core/typed.hpp"
#include "layers/dense_ops.hpp"

namespace weir::cpu {

namespace {

template <class T>
void add_to(T* __restrict sum, const T* __restrict x, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) sum[i] += x[i];
}

// The first element of a tile in a row-major matrix with so many columns.
std::int64_t offset_of(const Tile& tile, std::int64_t columns) { return tile.row * columns + tile.column; }

template <class T>
void forward(const Context& context, const DenseForward& args) {
  const std::int64_t out = args.w.shape()[0], in = args.w.shape()[1];
  T* y = data<T>(args.y);
  T* z = args.z.empty() ? y : data<T>(args.z);
  auto activate = [&](const Tile& tile) {
    const std::int64_t at = offset_of(tile, out);
    apply_forward(*args.f, z + at, y + at, {tile.rows, tile.columns, out});
  };
  const Product<T> p{.m = args.x.elements() / in,
                     .n = out,
                     .k = in,
                     .a = data<T>(args.x),
                     .lda = in,
                     .b = data<T>(args.w),
                     .ldb = in,
                     .transpose_b = true,
                     .c = z,
                     .ldc = out,
                     .bias = data<T>(args.b)};
  product(context, p, args.f ? tile_epilogue(activate) : TileEpilogue{});
}

// sum[out] += the rows of z[rows, out], four rows at a time.
template <class T>
void add_rows(const T* __restrict z, std::int64_t rows, std::int64_t out, T* __restrict sum) {
  std::int64_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    const T *z0 = z + row * out, *z1 = z0 + out, *z2 = z1 + out, *z3 = z2 + out;
    for (std::int64_t i = 0; i < out; ++i) sum[i] += (z0[i] + z1[i]) + (z2[i] + z3[i]);
  }
  for (; row < rows; ++row) add_to(sum, z + row * out, out);
}

// dz = f'(z) dy and db = the sum of its rows, in one pass. Chunks of rows run in parallel, each in steps that stay in cache; the sums of
// the chunks are then added in order.
template <class T>
void pass_activation_and_bias(const Context& context, const DenseBackward& args, std::int64_t rows, std::int64_t out) {
  constexpr std::int64_t step_elements = 2048, chunk_elements = 8192;
  const std::int64_t chunk_rows = std::max(ceil_div(rows, dense_bias_chunks), ceil_div(chunk_elements, out));
  const std::int64_t step_rows = std::max<std::int64_t>(4, step_elements / out / 4 * 4);
  const std::int64_t chunks = ceil_div(rows, chunk_rows);
  const T *dy = data<T>(args.dy), *z_or_y = data<T>(args.z_or_y);
  T *dz = data<T>(args.dz), *db = data<T>(args.db), *partial_sums = data<T>(args.partial_sums);

  vectorized_for(context, chunks, [&](std::int64_t chunk) {
    T* sum = partial_sums + chunk * out;
    if (db) std::fill_n(sum, out, T(0));
    const std::int64_t end = std::min(rows, (chunk + 1) * chunk_rows);
    for (std::int64_t row = chunk * chunk_rows; row < end; row += step_rows) {
      const std::int64_t count = std::min(step_rows, end - row), at = row * out;
      if (args.f) apply_backward(*args.f, z_or_y ? z_or_y + at : nullptr, dy + at, dz + at, one_row(count * out));
      if (db) add_rows((args.f ? dz : dy) + at, count, out, sum);
    }
  });
  if (!db) return;
  constexpr std::int64_t width = 1024;
  vectorized_for(context, ceil_div(out, width), [&](std::int64_t tile) {
    const std::int64_t begin = tile * width, count = std::min(width, out - begin);
    std::fill_n(db + begin, count, T(0));
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) add_to(db + begin, partial_sums + chunk * out + begin, count);
  });
}

template <class T>
void backward(const Context& context, const DenseBackward& args) {
  const std::int64_t out = args.w.shape()[0], in = args.w.shape()[1], rows = args.dy.elements() / out;
  const T* dz = args.f ? data<T>(args.dz) : data<T>(args.dy);
  T *dw = data<T>(args.dw), *dx = data<T>(args.dx);
  if (args.f || !args.db.empty()) pass_activation_and_bias<T>(context, args, rows, out);
  if (dw && args.dw_bound) *args.dw_bound = 0;
  if (dw && rows == 0) std::fill_n(dw, out * in, T(0));
  if (dw && rows > 0) {
    auto look = [&](const Tile& tile) {
      vectorized([&] { raise_max_abs(args.dw_bound, magnitude_bound(dw + offset_of(tile, in), tile.columns, tile.rows, in)); });
    };
    product(
        context,
        Product<T>{
            .m = out, .n = in, .k = rows, .a = dz, .lda = out, .transpose_a = true, .b = data<T>(args.x), .ldb = in, .c = dw, .ldc = in},
        args.dw_bound ? tile_epilogue(look) : TileEpilogue{});
  }
  if (dx) {
    GradientEpilogue* const epilogue = args.dx_epilogue && args.dx_epilogue->run ? args.dx_epilogue : nullptr;
    auto finish = [&](const Tile& tile) { epilogue->run(*epilogue, tile, in, dx); };
    product(context, Product<T>{.m = rows, .n = in, .k = out, .a = dz, .lda = out, .b = data<T>(args.w), .ldb = in, .c = dx, .ldc = in},
            epilogue ? tile_epilogue(finish) : TileEpilogue{});
    if (epilogue) epilogue->applied = true;
  }
}

}  // namespace

void dense_forward(const Context& context, const DenseForward& args) {
  typed(args.y.dtype(), [&](auto t) { forward<decltype(t)>(context, args); });
}

void dense_backward(const Context& context, const DenseBackward& args) {
  typed(args.dy.dtype(), [&](auto t) { backward<decltype(t)>(context, args); });
}

}  // namespace weir::cpu
