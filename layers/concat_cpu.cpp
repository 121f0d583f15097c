#include <algorithm>

#include "core/typed.hpp"
#include "layers/concat_ops.hpp"
#include "layers/over_rows.hpp"

namespace weir::cpu {

namespace {

constexpr std::int64_t concat_tile = 32 * 1024;

}  // namespace

void concat(const Context& context, std::span<const ConstTensorView> parts, const TensorView& whole) {
  typed(whole.dtype(), [&]<class T>(T) {
    over_rows(
        context, rows_of(whole),
        [&](std::int64_t row) {
          T* to = data<T>(whole) + row * whole.shape().last();
          for (const ConstTensorView& part : parts) {
            const std::int64_t width = part.shape().last();
            to = std::copy_n(data<T>(part) + row * width, width, to);
          }
        },
        concat_tile);
  });
}

void split(const Context& context, const ConstTensorView& whole, std::span<const ConstTensorView> shapes,
           std::span<const TensorView> parts) {
  typed(whole.dtype(), [&]<class T>(T) {
    over_rows(
        context, rows_of(whole),
        [&](std::int64_t row) {
          const T* from = data<T>(whole) + row * whole.shape().last();
          for (std::size_t i = 0; i < parts.size(); ++i) {
            const std::int64_t width = shapes[i].shape().last();
            if (!parts[i].empty()) std::copy_n(from, width, data<T>(parts[i]) + row * width);
            from += width;
          }
        },
        concat_tile);
  });
}

}  // namespace weir::cpu
