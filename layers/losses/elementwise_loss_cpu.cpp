#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpass-failed"  // loops with calls of log or exp are not vectorised
#endif

#include <algorithm>
#include <weir/core/parallel.hpp>

#include "core/cpu/lanes.hpp"
#include "core/typed.hpp"
#include "layers/losses/elementwise_loss_ops.hpp"
#include "layers/over_rows.hpp"

namespace weir::cpu {

namespace {

constexpr std::int64_t loss_tile = 16 * 1024;
constexpr std::int64_t loss_block = 1024;  // elements are summed in T, the sums of blocks in double

template <class T, class F>
double sum_of_terms(F f, const T* x, const T* t, std::int64_t count) {
  double total = 0;
  for (std::int64_t at = 0; at < count; at += loss_block) {
    const auto value = [f, x = x + at, t = t + at](std::int64_t i) { return f.value(x[i], t[i]); };
    total += static_cast<double>(lane_sum<T>(std::min(loss_block, count - at), value));
  }
  return total;
}

// Calls f(term, T(), elements of a sample), where T is float or double by x's dtype.
template <class F>
void with_types(const AnyTerm& term, const ConstTensorView& x, std::int64_t samples, F&& f) {
  const std::int64_t elements = samples == 0 ? 1 : x.elements() / samples;
  typed(x.dtype(), [&](auto type) { std::visit([&](const auto& functor) { f(functor, type, elements); }, term); });
}

// x is [samples, rows, width].
struct Extents {
  Extents(const ConstTensorView& x, std::int64_t samples_, std::span<const double> pos_weight)
      : samples(samples_), width(static_cast<std::int64_t>(pos_weight.size())), rows(samples == 0 ? 0 : x.elements() / samples / width) {}
  std::int64_t samples, width, rows;
};

}  // namespace

void elementwise_loss_forward(const Context& context, const AnyTerm& term, const TermScale& scale, const ConstTensorView& x,
                              const ConstTensorView& t, const TensorView& y) {
  with_types(term, x, y.elements(), [&]<class T>(auto f, T, std::int64_t elements) {
    const auto sample = [&](std::int64_t i) {
      const double total = sum_of_terms(f, data<T>(x) + i * elements, data<T>(t) + i * elements, elements);
      data<T>(y)[i] = static_cast<T>(scale.factor * total / scale.divisor);
    };
    over_rows(context, {y.elements(), elements}, sample, loss_tile);
  });
}

void elementwise_loss_backward(const Context& context, const AnyTerm& term, const TermScale& scale, const ConstTensorView& x,
                               const ConstTensorView& t, const ConstTensorView& dy, const TensorView& dx, const TensorView& dt) {
  with_types(term, x, dy.elements(), [&]<class T>(auto f, T, std::int64_t elements) {
    const auto sample = [&](std::int64_t row) {
      const std::int64_t at = row * elements;
      const T g = data<T>(dy)[row] * static_cast<T>(scale.factor / scale.divisor);
      const T *x_row = data<T>(x) + at, *t_row = data<T>(t) + at;
      if (!dx.empty()) {
        T* to = data<T>(dx) + at;
        for (std::int64_t i = 0; i < elements; ++i) to[i] = g * f.dx(x_row[i], t_row[i]);
      }
      if (!dt.empty()) {
        T* to = data<T>(dt) + at;
        for (std::int64_t i = 0; i < elements; ++i) to[i] = g * dt_of(f, x_row[i], t_row[i]);
      }
    };
    over_rows(context, {dy.elements(), elements}, sample, loss_tile);
  });
}

void weighted_logits_forward(const Context& context, std::span<const double> pos_weight, const TermScale& scale, const ConstTensorView& x,
                             const ConstTensorView& t, const TensorView& y) {
  const Extents extents(x, y.elements(), pos_weight);
  const double* weight = pos_weight.data();
  typed(x.dtype(), [&]<class T>(T) {
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
  typed(x.dtype(), [&]<class T>(T) {
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
