#include "core/cpu/lanes.hpp"
#include "core/typed.hpp"
#include "layers/losses/multi_margin_ops.hpp"
#include "layers/over_rows.hpp"

namespace weir::cpu {

namespace {

constexpr std::int64_t margin_tile = 8 * 1024;

// Calls f(sample, its scores, its labels, positions, classes) for each sample; tiles of samples run in parallel.
template <class T, class F>
void over_samples(const Context& context, const ConstTensorView& x, const ConstTensorView& labels, std::int64_t batch, F&& f) {
  if (batch == 0) return;
  const std::int64_t classes = x.shape().last(), positions = labels.elements() / batch, width = positions * classes;
  const auto sample = [&](std::int64_t i) { f(i, data<T>(x) + i * width, data<std::int32_t>(labels) + i * positions, positions, classes); };
  over_rows(context, {batch, width}, sample, margin_tile);
}

double weight(const MultiMarginTerm& term, std::int32_t label) {
  return term.weights.empty() ? 1 : term.weights[static_cast<std::size_t>(label)];
}

}  // namespace

void multi_margin_forward(const Context& context, const MultiMarginTerm& term, const ConstTensorView& x, const ConstTensorView& labels,
                          const TensorView& y) {
  typed(y.dtype(), [&]<class T>(T) {
    const T margin = static_cast<T>(term.margin);
    over_samples<T>(context, x, labels, y.elements(),
                    [&](std::int64_t i, const T* scores, const std::int32_t* label, std::int64_t positions, std::int64_t classes) {
                      double total = 0;
                      for (std::int64_t p = 0; p < positions; ++p, scores += classes) {
                        const T from = margin - scores[label[p]];
                        const auto value = [=](std::int64_t j) { return j == label[p] ? T(0) : hinge(from + scores[j], term.squared); };
                        total += weight(term, label[p]) * static_cast<double>(lane_sum<T>(classes, value));
                      }
                      data<T>(y)[i] = static_cast<T>(term.factor * total / static_cast<double>(positions * classes));
                    });
  });
}

void multi_margin_backward(const Context& context, const MultiMarginTerm& term, const ConstTensorView& x, const ConstTensorView& labels,
                           const ConstTensorView& dy, const TensorView& dx) {
  typed(dy.dtype(), [&]<class T>(T) {
    const T margin = static_cast<T>(term.margin);
    over_samples<T>(context, x, labels, dy.elements(),
                    [&](std::int64_t i, const T* scores, const std::int32_t* label, std::int64_t positions, std::int64_t classes) {
                      T* to = data<T>(dx) + i * positions * classes;
                      for (std::int64_t p = 0; p < positions; ++p, scores += classes, to += classes) {
                        const T from = margin - scores[label[p]];
                        const T g = data<T>(dy)[i] *
                                    static_cast<T>(term.factor * weight(term, label[p]) / static_cast<double>(positions * classes));
                        for (std::int64_t j = 0; j < classes; ++j) {
                          to[j] = j == label[p] ? T(0) : hinge_gradient(from + scores[j], term.squared, g);
                        }
                        to[label[p]] = -lane_sum<T>(classes, [to](std::int64_t j) { return to[j]; });
                      }
                    });
  });
}

}  // namespace weir::cpu
