#include <algorithm>

#include "core/cpu/vectorized.hpp"
#include "core/typed.hpp"
#include "layers/add_multiply_ops.hpp"

namespace weir::cpu {

namespace {

constexpr std::int64_t add_tile = 32 * 1024;
constexpr std::int64_t add_block = 1024;

// Sums each block into a buffer and then stores it, so that y may be any of x and x is read only once.
template <class T>
void add_range(std::span<const ConstTensorView> x, T* y, std::int64_t begin, std::int64_t end) {
  for (std::int64_t at = begin; at < end; at += add_block) {
    const std::int64_t count = std::min(add_block, end - at);
    T sum[add_block];
    const T *x0 = data<T>(x[0]) + at, *x1 = data<T>(x[1]) + at;
    for (std::int64_t i = 0; i < count; ++i) sum[i] = x0[i] + x1[i];
    for (const ConstTensorView& more : x.subspan(2)) {
      const T* next = data<T>(more) + at;
      for (std::int64_t i = 0; i < count; ++i) sum[i] += next[i];
    }
    std::copy_n(sum, count, y + at);
  }
}

constexpr std::int64_t multiply_tile = 16 * 1024;

template <class T>
void multiply_by(const T* x, T* y, std::int64_t begin, std::int64_t end) {
  for (std::int64_t i = begin; i < end; ++i) y[i] *= x[i];
}

}  // namespace

void add_forward(const Context& context, std::span<const ConstTensorView> x, const TensorView& y) {
  typed(y.dtype(), [&](auto t) {
    over_tiles(context, y.elements(), add_tile,
               [&](std::int64_t begin, std::int64_t end) { add_range(x, data<decltype(t)>(y), begin, end); });
  });
}

void multiply_forward(const Context& context, std::span<const ConstTensorView> x, const TensorView& y) {
  typed(y.dtype(), [&]<class T>(T) {
    over_tiles(context, y.elements(), multiply_tile, [&](std::int64_t begin, std::int64_t end) {
      std::copy(data<T>(x[0]) + begin, data<T>(x[0]) + end, data<T>(y) + begin);
      for (const ConstTensorView& factor : x.subspan(1)) multiply_by(data<T>(factor), data<T>(y), begin, end);
    });
  });
}

void multiply_backward(const Context& context, std::span<const ConstTensorView> x, const ConstTensorView& dy,
                       std::span<const TensorView> dx) {
  typed(dy.dtype(), [&]<class T>(T) {
    over_tiles(context, dy.elements(), multiply_tile, [&](std::int64_t begin, std::int64_t end) {
      for (std::size_t i = 0; i < dx.size(); ++i) {
        if (dx[i].empty()) continue;
        std::copy(data<T>(dy) + begin, data<T>(dy) + end, data<T>(dx[i]) + begin);
        for (std::size_t other = 0; other < x.size(); ++other) {
          if (other != i) multiply_by(data<T>(x[other]), data<T>(dx[i]), begin, end);
        }
      }
    });
  });
}

}  // namespace weir::cpu
