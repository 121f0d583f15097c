#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpass-failed"  // loops with calls of log or exp are not vectorised
#endif

#include <algorithm>

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

}  // namespace

void elementwise_loss_forward(const Context& context, const AnyTerm& term, const TermScale& scale, const ConstTensorView& x,
                              const ConstTensorView& t, const TensorView& y) {
  with_types(term, x, y.elements(), [&](auto f, auto type, std::int64_t elements) {
    using T = decltype(type);
    const auto sample = [&](std::int64_t i) {
      const double total = sum_of_terms(f, data<T>(x) + i * elements, data<T>(t) + i * elements, elements);
      data<T>(y)[i] = static_cast<T>(scale.factor * total / scale.divisor);
    };
    over_rows(context, {y.elements(), elements}, sample, loss_tile);
  });
}

void elementwise_loss_backward(const Context& context, const AnyTerm& term, const TermScale& scale, const ConstTensorView& x,
                               const ConstTensorView& t, const ConstTensorView& dy, const TensorView& dx, const TensorView& dt) {
  with_types(term, x, dy.elements(), [&](auto f, auto type, std::int64_t elements) {
    using T = decltype(type);
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
        for (std::int64_t i = 0; i < elements; ++i) to[i] = g * f.dt(x_row[i], t_row[i]);
      }
    };
    over_rows(context, {dy.elements(), elements}, sample, loss_tile);
  });
}

}  // namespace weir::cpu
