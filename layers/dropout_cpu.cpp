#include <algorithm>

#include "core/cpu/vectorized.hpp"
#include "core/typed.hpp"
#include "layers/dropout_ops.hpp"

namespace weir::cpu {

namespace {

constexpr std::int64_t dropout_tile = 8192;  // a multiple of 4: random_bits gives four numbers

// to = scale * from where kept, else 0. Selected, not multiplied by 0, so that a dropped infinity becomes 0 and not NaN.
template <class T>
void pass_kept(double p, const std::uint8_t* kept, const T* from, T* to, std::int64_t begin, std::int64_t end) {
  const T scale = kept_scale<T>(p);
  for (std::int64_t i = begin; i < end; ++i) to[i] = kept[i] != 0 ? from[i] * scale : T(0);
}

}  // namespace

void dropout_forward(const Context& context, double p, const ConstTensorView& x, const TensorView& y, const TensorView& kept) {
  const std::uint64_t limit = dropped_below(p);
  const std::uint64_t step = context.step == nullptr ? 0 : *context.step;
  std::uint8_t* keep = data<std::uint8_t>(kept);
  typed(y.dtype(), [&]<class T>(T) {
    over_tiles(context, y.elements(), dropout_tile, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; i += 4) {
        const auto bits = random_bits(context.key, static_cast<std::uint64_t>(i / 4), step);
        for (std::int64_t j = i; j < std::min(i + 4, end); ++j) keep[j] = bits[static_cast<std::size_t>(j - i)] >= limit ? 1 : 0;
      }
      pass_kept(p, keep, data<T>(x), data<T>(y), begin, end);
    });
  });
}

void dropout_backward(const Context& context, double p, const ConstTensorView& kept, const ConstTensorView& dy, const TensorView& dx) {
  typed(dx.dtype(), [&]<class T>(T) {
    over_tiles(context, dx.elements(), dropout_tile,
               [&](std::int64_t begin, std::int64_t end) { pass_kept(p, data<std::uint8_t>(kept), data<T>(dy), data<T>(dx), begin, end); });
  });
}

}  // namespace weir::cpu
