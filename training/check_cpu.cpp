#include <atomic>
#include <cmath>

#include "core/cpu/vectorized.hpp"
#include "core/max_abs.hpp"
#include "core/typed.hpp"
#include "training/check_ops.hpp"
#include "training/metrics/predictions.hpp"

namespace weir::cpu {

namespace {

constexpr std::int64_t max_tile = 4 * 1024;
constexpr std::int64_t count_tile = 256;  // rows

void add(std::int64_t& count, std::int64_t more) { std::atomic_ref(count).fetch_add(more, std::memory_order_relaxed); }

}  // namespace

void max_abs(const Context& context, const ConstTensorView& x, double* max_abs) {
  typed(x.dtype(), [&](auto t) {
    const auto* values = data<decltype(t)>(x);
    over_tiles(context, x.elements(), max_tile,
               [&](std::int64_t begin, std::int64_t end) { raise_max_abs(max_abs, max_abs_of(values + begin, end - begin)); });
  });
}

void count_correct(const Context& context, const Classification& how, const ConstTensorView& outputs, const ConstTensorView& targets,
                   std::int64_t* correct) {
  with_predictions(how, outputs, targets, [&](std::int64_t count, std::int64_t, const auto& rows) {
    over_tiles(context, count, count_tile, [=](std::int64_t begin, std::int64_t end) {
      std::int64_t hits = 0;
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t wanted = rows.wanted(i);
        hits += wanted >= 0 && rows.predicted(i) == wanted ? 1 : 0;
      }
      add(*correct, hits);
    });
  });
}

void count_confusion(const Context& context, const Classification& how, const ConstTensorView& outputs, const ConstTensorView& targets,
                     std::int64_t* counts) {
  with_predictions(how, outputs, targets, [&](std::int64_t count, std::int64_t classes, const auto& rows) {
    over_tiles(context, count, count_tile, [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t predicted = rows.predicted(i), wanted = rows.wanted(i);
        if (predicted >= 0 && wanted >= 0) add(counts[wanted * classes + predicted], 1);
      }
    });
  });
}

void count_top_k(const Context& context, const ConstTensorView& outputs, const ConstTensorView& labels, std::int64_t k,
                 std::int64_t* correct) {
  with_predictions({}, outputs, labels, [&](std::int64_t count, std::int64_t classes, const auto& rows) {
    over_tiles(context, count, count_tile, [=](std::int64_t begin, std::int64_t end) {
      std::int64_t hits = 0;
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t wanted = rows.wanted(i);
        if (wanted >= 0) hits += rank_of(rows.outputs + i * classes, classes, wanted) < k ? 1 : 0;
      }
      add(*correct, hits);
    });
  });
}

void count_labels(const Context&, const ConstTensorView& labels, std::int64_t classes, std::int64_t* count) {
  const std::int32_t* label = data<std::int32_t>(labels);
  for (std::int64_t i = 0; i < labels.elements(); ++i) *count += label[i] >= 0 && label[i] < classes ? 1 : 0;
}

void regression_sums(const Context& context, const ConstTensorView& x, const ConstTensorView& t, const ConstTensorView& centre,
                     const TensorView& sums) {
  constexpr std::int64_t width = 64;
  const std::int64_t features = centre.elements(), rows = x.elements() / features;
  double* to = data<double>(sums);
  typed(x.dtype(), [&]<class T>(T) {
    const T *outputs = data<T>(x), *targets = data<T>(t), *middle = data<T>(centre);
    vectorized_for(context, ceil_div(features, width), [&](std::int64_t tile) {
      for (std::int64_t j = tile * width; j < std::min(features, (tile + 1) * width); ++j) {
        for (std::int64_t row = 0; row < rows; ++row) {
          const double target = static_cast<double>(targets[row * features + j]);
          const double error = static_cast<double>(outputs[row * features + j]) - target, offset = target - static_cast<double>(middle[j]);
          to[j] += std::abs(error);
          to[features + j] += error * error;
          to[2 * features + j] += offset;
          to[3 * features + j] += offset * offset;
        }
      }
    });
  });
}

}  // namespace weir::cpu
