#include <algorithm>

#include "core/cpu/vectorized.hpp"
#include "core/typed.hpp"
#include "layers/multiply_ops.hpp"

namespace weir::cpu {

namespace {

constexpr std::int64_t multiply_tile = 16 * 1024;

template <class T>
void multiply_by(const T* x, T* y, std::int64_t begin, std::int64_t end) {
  for (std::int64_t i = begin; i < end; ++i) y[i] *= x[i];
}

}  // namespace

void multiply_forward(const Context& context, std::span<const ConstTensorView> x, const TensorView& y) {
  typed(y.dtype(), [&](auto type) {
    using T = decltype(type);
    over_tiles(context, y.elements(), multiply_tile, [&](std::int64_t begin, std::int64_t end) {
      std::copy(data<T>(x[0]) + begin, data<T>(x[0]) + end, data<T>(y) + begin);
      for (const ConstTensorView& factor : x.subspan(1)) multiply_by(data<T>(factor), data<T>(y), begin, end);
    });
  });
}

void multiply_backward(const Context& context, std::span<const ConstTensorView> x, const ConstTensorView& dy,
                       std::span<const TensorView> dx) {
  typed(dy.dtype(), [&](auto type) {
    using T = decltype(type);
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
