#include <algorithm>

#include "core/typed.hpp"
#include "core/vectorized.hpp"
#include "layers/concat_ops.hpp"

namespace weir::cpu {

namespace {

constexpr std::int64_t tile_elements = 32 * 1024;

// Calls f(row) for every row of a block, tiles of rows side by side.
template <class F>
void over_rows(const Context& context, const ConstTensorView& whole, F&& f) {
  const std::int64_t width = whole.shape().last(), rows = width == 0 ? 0 : whole.elements() / width;
  const std::int64_t tile_rows = ceil_div(tile_elements, std::max<std::int64_t>(width, 1));
  vectorized_for(context, ceil_div(rows, tile_rows), [&](std::int64_t tile) {
    const std::int64_t end = std::min(rows, (tile + 1) * tile_rows);
    for (std::int64_t row = tile * tile_rows; row < end; ++row) f(row);
  });
}

}  // namespace

void concat(const Context& context, std::span<const ConstTensorView> parts, const TensorView& whole) {
  typed(whole.dtype(), [&](auto t) {
    using T = decltype(t);
    over_rows(context, whole, [&](std::int64_t row) {
      T* to = data<T>(whole) + row * whole.shape().last();
      for (const ConstTensorView& part : parts) {
        const std::int64_t width = part.shape().last();
        to = std::copy_n(data<T>(part) + row * width, width, to);
      }
    });
  });
}

void split(const Context& context, const ConstTensorView& whole, std::span<const ConstTensorView> shapes,
           std::span<const TensorView> parts) {
  typed(whole.dtype(), [&](auto t) {
    using T = decltype(t);
    over_rows(context, whole, [&](std::int64_t row) {
      const T* from = data<T>(whole) + row * whole.shape().last();
      for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::int64_t width = shapes[i].shape().last();
        if (!parts[i].empty()) std::copy_n(from, width, data<T>(parts[i]) + row * width);
        from += width;
      }
    });
  });
}

}  // namespace weir::cpu
