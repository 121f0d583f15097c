#include <weir/core/parallel.hpp>

#include "core/cpu/lanes.hpp"
#include "core/typed.hpp"
#include "layers/losses/weighted_logits_ops.hpp"
#include "layers/over_rows.hpp"

namespace weir::cpu {

namespace {

// x is [samples, rows, width].
struct Extents {
  Extents(const ConstTensorView& x, std::int64_t samples_, std::span<const double> pos_weight)
      : samples(samples_), width(static_cast<std::int64_t>(pos_weight.size())), rows(samples == 0 ? 0 : x.elements() / samples / width) {}
  std::int64_t samples, width, rows;
};

}  // namespace

void weighted_logits_forward(const Context& context, std::span<const double> pos_weight, const TermScale& scale, const ConstTensorView& x,
                             const ConstTensorView& t, const TensorView& y) {
  const Extents extents(x, y.elements(), pos_weight);
  const double* weight = pos_weight.data();
  typed(x.dtype(), [&](auto type) {
    using T = decltype(type);
    over_rows(context, {extents.samples, extents.rows * extents.width}, [&](std::int64_t sample) {
      double total = 0;
      for (std::int64_t row = sample * extents.rows; row < (sample + 1) * extents.rows; ++row) {
        const T *x_row = data<T>(x) + row * extents.width, *t_row = data<T>(t) + row * extents.width;
        total +=
            static_cast<double>(lane_sum<T>(extents.width, [=](std::int64_t j) { return LogitTerm{weight[j]}.value(x_row[j], t_row[j]); }));
      }
      data<T>(y)[sample] = static_cast<T>(scale.factor * total / scale.divisor);
    });
  });
}

void weighted_logits_backward(const Context& context, std::span<const double> pos_weight, const TermScale& scale, const ConstTensorView& x,
                              const ConstTensorView& t, const ConstTensorView& dy, const TensorView& dx, const TensorView& dt) {
  const Extents extents(x, dy.elements(), pos_weight);
  typed(x.dtype(), [&](auto type) {
    using T = decltype(type);
    over_rows(context, {extents.samples * extents.rows, extents.width}, [&](std::int64_t row) {
      const T g = data<T>(dy)[row / extents.rows] * static_cast<T>(scale.factor / scale.divisor);
      const std::int64_t at = row * extents.width;
      for (std::int64_t j = 0; j < extents.width; ++j) {
        const LogitTerm term{pos_weight[static_cast<std::size_t>(j)]};
        const T x_j = data<T>(x)[at + j], t_j = data<T>(t)[at + j];
        if (!dx.empty()) data<T>(dx)[at + j] = g * term.dx(x_j, t_j);
        if (!dt.empty()) data<T>(dt)[at + j] = g * term.dt(x_j, t_j);
      }
    });
  });
}

}  // namespace weir::cpu
