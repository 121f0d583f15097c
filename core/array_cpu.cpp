#include <algorithm>

#include "core/array_ops.hpp"
#include "core/cpu/vectorized.hpp"
#include "core/product/product.hpp"
#include "core/typed.hpp"

namespace weir::cpu {

namespace {

constexpr std::int64_t tile_elements = 32 * 1024;
constexpr std::int64_t block = 256;  // elements summed one after another at each leaf of the tree

// Sums value(i) for i in [begin, end) as a binary tree whose shape depends on the count alone (pairwise summation): results are
// reproducible, and the rounding error grows with the logarithm of the count.
template <class T, class F>
T tree_sum(std::int64_t begin, std::int64_t end, F&& value) {
  if (end - begin <= block) {
    T sum = 0;
    for (std::int64_t i = begin; i < end; ++i) sum += value(i);
    return sum;
  }
  const std::int64_t middle = begin + ceil_div((end - begin) / 2, block) * block;
  return tree_sum<T>(begin, middle, value) + tree_sum<T>(middle, end, value);
}

template <class T>
void multiply(const Context& context, const ConstTensorView& a, const ConstTensorView& b, const TensorView& c,
              const MatmulOptions& options) {
  Product<T> p;
  p.m = c.shape()[0];
  p.n = c.shape()[1];
  p.k = a.shape()[options.transpose_a ? 0 : 1];
  p.a = data<T>(a);
  p.lda = a.shape()[1];
  p.transpose_a = options.transpose_a;
  p.b = data<T>(b);
  p.ldb = b.shape()[1];
  p.transpose_b = options.transpose_b;
  p.c = data<T>(c);
  p.ldc = p.n;
  product(context, p);
}

// Sums over the rows, one tile of columns per task: the inner loop runs along a row, where memory is contiguous.
template <class T>
void sum_rows(const Context& context, const T* x, std::int64_t rows, std::int64_t columns, T* y) {
  constexpr std::int64_t width = 64;
  vectorized_for(context, ceil_div(columns, width), [=](std::int64_t tile) {
    const std::int64_t begin = tile * width, count = std::min(width, columns - begin);
    T sums[width] = {};
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t i = 0; i < count; ++i) sums[i] += x[row * columns + begin + i];
    }
    std::copy_n(sums, count, y + begin);
  });
}

}  // namespace

void matmul(const Context& context, const ConstTensorView& a, const ConstTensorView& b, const TensorView& c, const MatmulOptions& options) {
  typed(c.dtype(), [&](auto t) { multiply<decltype(t)>(context, a, b, c, options); });
}

void reduce_sum(const Context& context, const ConstTensorView& x, const TensorView& y) {
  typed(y.dtype(), [&]<class T>(T) {
    const T* from = data<T>(x);
    T* to = data<T>(y);
    if (y.shape().rank() == 0) {
      *to = tree_sum<T>(0, x.elements(), [from](std::int64_t i) { return from[i]; });
    } else {
      sum_rows(context, from, x.shape()[0], y.elements(), to);
    }
  });
}

void add(const Context& context, const ConstTensorView& a, const ConstTensorView& b, const TensorView& y) {
  typed(y.dtype(), [&]<class T>(T) {
    const T *pa = data<T>(a), *pb = data<T>(b);
    T* py = data<T>(y);
    const std::int64_t count = y.elements();
    vectorized_for(context, ceil_div(count, tile_elements), [=](std::int64_t tile) {
      const std::int64_t end = std::min(count, (tile + 1) * tile_elements);
      for (std::int64_t i = tile * tile_elements; i < end; ++i) py[i] = pa[i] + pb[i];
    });
  });
}

void set_loss_gradient(const Context&, const ConstTensorView& sample_weights, double weight, const TensorView& dy) {
  typed(dy.dtype(), [&]<class T>(T) {
    const std::int64_t batch = dy.elements();
    T* to = data<T>(dy);
    const T* s = data<T>(sample_weights);
    for (std::int64_t i = 0; i < batch; ++i) {
      to[i] = static_cast<T>(weight * (s ? static_cast<double>(s[i]) : 1.0) / static_cast<double>(batch));
    }
  });
}

void accumulate_loss(const Context&, const ConstTensorView& y, const ConstTensorView& sample_weights, double weight,
                     const TensorView& sum) {
  typed(y.dtype(), [&]<class T>(T) {
    const T* from = data<T>(y);
    const T* s = data<T>(sample_weights);
    const std::int64_t batch = y.elements();
    const double total =
        tree_sum<double>(0, batch, [=](std::int64_t i) { return static_cast<double>(from[i]) * (s ? static_cast<double>(s[i]) : 1.0); });
    *data<double>(sum) += weight * total / static_cast<double>(batch);
  });
}

}  // namespace weir::cpu
