#include <algorithm>
#include <cmath>

#include "core/cpu/lanes.hpp"
#include "core/cpu/vectorized.hpp"
#include "core/typed.hpp"
#include "layers/losses/loss_parts.hpp"
#include "layers/losses/softmax_cross_entropy_ops.hpp"
#include "layers/softmax_exp.hpp"

namespace weir::cpu {

namespace {

constexpr std::int64_t class_tile = 4096;

struct Sizes {
  std::int64_t batch, rows, classes;
  std::int64_t tile_rows() const { return std::max<std::int64_t>(1, class_tile / classes); }
  std::int64_t positions() const { return batch == 0 ? 1 : rows / batch; }
};

Sizes sizes_of(const ConstTensorView& x) {
  const std::int64_t classes = x.shape().last();
  return {x.shape()[0], x.elements() / classes, classes};
}

// The loss of one row; `log_sum` is the logarithm of the sum of exp(x - most). Adds only terms >= 0, so cancellation cannot make it too
// small.
template <class T>
T label_loss(const T* x, std::int32_t label, T most, T log_sum) {
  return (most - x[label]) + log_sum;
}

template <class T>
T probability_loss(const T* x, const T* t, std::int64_t classes, T most, T log_sum) {
  return lane_sum<T>(classes, [=](std::int64_t j) { return probability_term(x[j], t[j], most, log_sum); });
}

template <class T, class Loss>
void forward(const Context& context, const Sizes& size, const T* x, T* y, T* e, T* rows, Loss&& loss) {
  const std::int64_t classes = size.classes;
  over_tiles(context, size.rows, size.tile_rows(), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const T* x_row = x + row * classes;
      T* e_row = e + row * classes;
      const T most = rows[row * row_numbers + row_max] = lane_max(x_row, classes);
      for (std::int64_t j = 0; j < classes; ++j) e_row[j] = softmax_clamp(x_row[j] - most);
    }
    for (std::int64_t i = begin * classes; i < end * classes; ++i) e[i] = softmax_exp(e[i]);
    for (std::int64_t row = begin; row < end; ++row) {
      const T* e_row = e + row * classes;
      T* numbers = rows + row * row_numbers;
      numbers[row_sum] = lane_sum<T>(classes, [=](std::int64_t j) { return e_row[j]; });
      numbers[row_loss] = loss(row, numbers[row_max], std::log(numbers[row_sum]));
    }
  });
  const std::int64_t positions = size.positions();
  for (std::int64_t i = 0; i < size.batch; ++i) {
    double total = 0;
    for (std::int64_t row = i * positions; row < (i + 1) * positions; ++row)
      total += static_cast<double>(rows[row * row_numbers + row_loss]);
    y[i] = static_cast<T>(total / static_cast<double>(positions));
  }
}

template <class T>
void backward_from_labels(const Context& context, const Sizes& size, const std::int32_t* labels, const T* e, const T* rows, const T* dy,
                          T* dx) {
  over_tiles(context, size.rows, size.tile_rows(), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const T* __restrict e_row = e + row * size.classes;
      T* __restrict dx_row = dx + row * size.classes;
      const T g = dy[row / size.positions()] / static_cast<T>(size.positions());
      const T sum = rows[row * row_numbers + row_sum], scale = g / sum;
      for (std::int64_t j = 0; j < size.classes; ++j) dx_row[j] = scale * e_row[j];
      const std::int32_t label = labels[row];
      dx_row[label] = g * (e_row[label] / sum - T(1));
    }
  });
}

template <class T>
void backward_from_probabilities(const Context& context, const Sizes& size, const T* x, const T* t, const T* e, const T* rows, const T* dy,
                                 T* dx, T* dt) {
  over_tiles(context, size.rows, size.tile_rows(), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const std::int64_t at = row * size.classes;
      const T g = dy[row / size.positions()] / static_cast<T>(size.positions());
      const T most = rows[row * row_numbers + row_max], sum = rows[row * row_numbers + row_sum];
      if (dx) {
        const T share = lane_sum<T>(size.classes, [t = t + at](std::int64_t j) { return t[j]; }) / sum;
        for (std::int64_t j = at; j < at + size.classes; ++j) dx[j] = g * (share * e[j] - t[j]);
      }
      if (dt) {
        const T log_sum = std::log(sum);
        for (std::int64_t j = at; j < at + size.classes; ++j) dt[j] = g * ((most - x[j]) + log_sum);
      }
    }
  });
}

}  // namespace

void softmax_cross_entropy_forward(const Context& context, const ConstTensorView& x, const ConstTensorView& t, const TensorView& y,
                                   const TensorView& e, const TensorView& rows) {
  const Sizes size = sizes_of(x);
  const bool labels = t.dtype() == DType::i32;
  if (labels) check_labels("softmax_cross_entropy: ", t, size.positions(), size.classes);
  typed(y.dtype(), [&]<class T>(T) {
    const T* logits = data<T>(x);
    const auto row = [&](std::int64_t i) { return logits + i * size.classes; };
    if (labels) {
      const std::int32_t* label = data<std::int32_t>(t);
      forward(context, size, logits, data<T>(y), data<T>(e), data<T>(rows),
              [&](std::int64_t i, T most, T log_sum) { return label_loss(row(i), label[i], most, log_sum); });
    } else {
      const T* p = data<T>(t);
      forward(context, size, logits, data<T>(y), data<T>(e), data<T>(rows), [&](std::int64_t i, T most, T log_sum) {
        return probability_loss(row(i), p + i * size.classes, size.classes, most, log_sum);
      });
    }
  });
}

void softmax_cross_entropy_backward(const Context& context, const ConstTensorView& x, const ConstTensorView& t, const ConstTensorView& e,
                                    const ConstTensorView& rows, const ConstTensorView& dy, const TensorView& dx, const TensorView& dt) {
  const Sizes size = sizes_of(e);
  typed(dy.dtype(), [&]<class T>(T) {
    if (t.dtype() != DType::i32) {
      backward_from_probabilities(context, size, data<T>(x), data<T>(t), data<T>(e), data<T>(rows), data<T>(dy), data<T>(dx), data<T>(dt));
    } else if (!dx.empty()) {
      backward_from_labels(context, size, data<std::int32_t>(t), data<T>(e), data<T>(rows), data<T>(dy), data<T>(dx));
    }
  });
}

}  // namespace weir::cpu
