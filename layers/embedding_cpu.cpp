#include <algorithm>

#include "core/cpu/vectorized.hpp"
#include "core/typed.hpp"
#include "layers/embedding_ops.hpp"
#include "layers/over_rows.hpp"

namespace weir::cpu {

void embedding_forward(const Context& context, const ConstTensorView& x, const ConstTensorView& weight, const TensorView& y) {
  check_indices(x, weight.shape());
  const auto* index = data<std::int32_t>(x);
  typed(y.dtype(), [&]<class T>(T) {
    const Rows rows{x.elements(), weight.shape()[1]};
    over_rows(context, rows,
              [&](std::int64_t row) { std::copy_n(data<T>(weight) + index[row] * rows.width, rows.width, data<T>(y) + row * rows.width); });
  });
}

// Tiles of columns run in parallel; each adds all rows in order, so no two threads write to the same element.
void embedding_backward(const Context& context, const ConstTensorView& x, const ConstTensorView& dy, const TensorView& dweight) {
  constexpr std::int64_t tile_columns = 16;
  const auto* index = data<std::int32_t>(x);
  const std::int64_t num = dweight.shape()[0], dim = dweight.shape()[1];
  typed(dy.dtype(), [&]<class T>(T) {
    vectorized_for(context, ceil_div(dim, tile_columns), [&](std::int64_t tile) {
      const std::int64_t begin = tile * tile_columns, count = std::min(tile_columns, dim - begin);
      for (std::int64_t row = 0; row < num; ++row) std::fill_n(data<T>(dweight) + row * dim + begin, count, T(0));
      for (std::int64_t i = 0; i < x.elements(); ++i) {
        T* sum = data<T>(dweight) + index[i] * dim + begin;
        const T* more = data<T>(dy) + i * dim + begin;
        for (std::int64_t j = 0; j < count; ++j) sum[j] += more[j];
      }
    });
  });
}

}  // namespace weir::cpu
