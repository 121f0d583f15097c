// Matrix products: cuBLASLt, or a plain tiled kernel where cuBLASLt has no algorithm for the sizes.

#include "core/array_ops.hpp"
#include "gpu/kernels/launch.cuh"
#include "gpu/runtime/products.hpp"

namespace weir::cuda {

namespace {

constexpr int tile = 16;

template <class T>
struct Operand {
  const T* data;
  std::int64_t rows, columns;  // of the matrix as the product sees it
  bool transposed;             // stored [columns, rows]
  __device__ T at(std::int64_t row, std::int64_t column) const {
    if (row >= rows || column >= columns) return T(0);
    return transposed ? data[column * rows + row] : data[row * columns + column];
  }
};

// One element of c per thread, with tiles of a and b staged in shared memory.
template <class T>
__global__ void __launch_bounds__(tile* tile) product_kernel(Operand<T> a, Operand<T> b, T* c) {
  __shared__ T from_a[tile][tile + 1], from_b[tile][tile + 1];
  const int x = static_cast<int>(threadIdx.x), y = static_cast<int>(threadIdx.y);
  const std::int64_t row_tiles = (a.rows + tile - 1) / tile;
  for (std::int64_t row_tile = blockIdx.y; row_tile < row_tiles; row_tile += gridDim.y) {
    const std::int64_t row = row_tile * tile + y, column = static_cast<std::int64_t>(blockIdx.x) * tile + x;
    T sum = T(0);
    for (std::int64_t k = 0; k < a.columns; k += tile) {
      from_a[y][x] = a.at(row, k + x);
      from_b[y][x] = b.at(k + y, column);
      __syncthreads();
      for (int i = 0; i < tile; ++i) sum = fma(from_a[y][i], from_b[i][x], sum);
      __syncthreads();
    }
    if (row < a.rows && column < b.columns) c[row * b.columns + column] = sum;
  }
}

template <class T>
void run_own_kernel(const Context& context, const Product& p) {
  constexpr std::int64_t most = 65535;
  const std::int64_t rows = ceil_div(p.m, tile);
  const Grid grid{static_cast<unsigned>(ceil_div(p.n, tile)), static_cast<unsigned>(rows < most ? rows : most), tile, tile};
  const Operand<T> a{static_cast<const T*>(p.a), p.m, p.k, p.transpose_a}, b{static_cast<const T*>(p.b), p.k, p.n, p.transpose_b};
  launch(context, "product", product_kernel<T>, grid, a, b, static_cast<T*>(p.c));
}

}  // namespace

Epilogue multiply(const Context& context, const Product& product) {
  // An empty result: the epilogue counts as done, except relu_gradient, whose bias gradient (sums over no rows) the caller must zero.
  if (product.m == 0 || product.n == 0) return product.epilogue == Epilogue::relu_gradient ? Epilogue::none : product.epilogue;
  if (product.k > 0) {  // cuBLASLt refuses k = 0
    if (const auto made = make_product(context, product)) return *made;
  }
  typed(product.dtype, [&](auto t) { run_own_kernel<decltype(t)>(context, product); });
  return Epilogue::none;
}

void matmul(const Context& context, const ConstTensorView& a, const ConstTensorView& b, const TensorView& c, const MatmulOptions& options) {
  Product p;
  p.m = c.shape()[0];
  p.n = c.shape()[1];
  p.k = a.shape()[options.transpose_a ? 0 : 1];
  p.a = a.raw();
  p.b = b.raw();
  p.c = c.raw();
  p.transpose_a = options.transpose_a;
  p.transpose_b = options.transpose_b;
  p.dtype = c.dtype();
  multiply(context, p);
}

}  // namespace weir::cuda
