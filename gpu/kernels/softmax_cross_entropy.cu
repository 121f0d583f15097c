// Softmax cross-entropy: a group of threads of a warp per row.

#include "gpu/kernels/row_groups.cuh"
#include "layers/losses/softmax_cross_entropy_ops.hpp"
#include "layers/softmax_exp.hpp"

namespace weir::cuda {

namespace {

struct Sizes {
  std::int64_t batch, rows, classes;
  WEIR_HD std::int64_t positions() const { return batch == 0 ? 1 : rows / batch; }
};

Sizes sizes_of(const ConstTensorView& x) {
  const std::int64_t classes = x.shape().last();
  return {x.shape()[0], x.elements() / classes, classes};
}

// One thread's share of the loss of a row. A label outside [0, classes) is never used as an index and makes the loss NaN.
template <class T>
struct LabelLoss {
  const std::int32_t* labels;
  __device__ T operator()(const T* x, std::int64_t row, std::int64_t classes, T max, T log_sum, int lane, int) const {
    const std::int32_t label = labels[row];
    if (lane != 0) return T(0);
    return label < 0 || label >= classes ? T(NAN) : (max - x[label]) + log_sum;
  }
};
template <class T>
struct ProbabilityLoss {
  const T* t;
  __device__ T operator()(const T* x, std::int64_t row, std::int64_t classes, T max, T log_sum, int lane, int lanes) const {
    const T* p = t + row * classes;
    T sum = T(0);
    for (std::int64_t j = lane; j < classes; j += lanes) sum += probability_term(x[j], p[j], max, log_sum);
    return sum;
  }
};

template <class T, class Loss>
__global__ void __launch_bounds__(block_threads) forward_kernel(Sizes size, int lanes, Loss loss, const T* x, T* e, T* numbers) {
  RowGroup group(size.rows, lanes, thread_index(), thread_count());
  for (std::int64_t round = 0; round < group.rounds; ++round, group.row += group.step) {
    const bool there = group.row < size.rows;
    const std::int64_t row = there ? group.row : 0, classes = there ? size.classes : 0;
    const T* x_row = x + row * size.classes;
    T* e_row = e + row * size.classes;
    T max = group.lane < classes ? x_row[group.lane] : -T(INFINITY);
    for (std::int64_t j = group.lane; j < classes; j += lanes) max = x_row[j] > max ? x_row[j] : max;
    max = row_max_of(max, lanes);
    T sum = T(0);
    for (std::int64_t j = group.lane; j < classes; j += lanes) {
      const T value = softmax_exp(softmax_clamp(x_row[j] - max));
      e_row[j] = value;
      sum += value;
    }
    sum = row_sum_of(sum, lanes);
    const T part = there ? loss(x_row, row, classes, max, std::log(sum), group.lane, lanes) : T(0);
    const T total = row_sum_of(part, lanes);
    if (!there || group.lane != 0) continue;
    numbers[row * row_numbers + row_max] = max;
    numbers[row * row_numbers + row_sum] = sum;
    numbers[row * row_numbers + row_loss] = total;
  }
}

template <class T>
__global__ void mean_kernel(Sizes size, const T* numbers, T* y) {
  const std::int64_t positions = size.positions();
  for (std::int64_t i = thread_index(); i < size.batch; i += thread_count()) {
    double total = 0;
    for (std::int64_t row = i * positions; row < (i + 1) * positions; ++row)
      total += static_cast<double>(numbers[row * row_numbers + row_loss]);
    y[i] = static_cast<T>(total / static_cast<double>(positions));
  }
}

template <class T>
__global__ void backward_from_labels_kernel(Sizes size, const std::int32_t* labels, const T* e, const T* numbers, const T* dy, T* dx) {
  for (std::int64_t i = thread_index(); i < size.rows * size.classes; i += thread_count()) {
    const std::int64_t row = i / size.classes, j = i % size.classes;
    const T g = dy[row / size.positions()] / static_cast<T>(size.positions());
    const T sum = numbers[row * row_numbers + row_sum];
    const std::int32_t label = labels[row];
    dx[i] = label < 0 || label >= size.classes ? T(NAN) : j == label ? g * (e[i] / sum - T(1)) : (g / sum) * e[i];
  }
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    backward_from_probabilities_kernel(Sizes size, int lanes, const T* x, const T* t, const T* e, const T* numbers, const T* dy, T* dx,
                                       T* dt) {
  RowGroup group(size.rows, lanes, thread_index(), thread_count());
  for (std::int64_t round = 0; round < group.rounds; ++round, group.row += group.step) {
    const bool there = group.row < size.rows;
    const std::int64_t row = there ? group.row : 0, classes = there ? size.classes : 0, at = row * size.classes;
    T share = T(0);
    for (std::int64_t j = group.lane; j < classes; j += lanes) share += t[at + j];
    share = row_sum_of(share, lanes);
    if (!there) continue;
    const T g = dy[row / size.positions()] / static_cast<T>(size.positions());
    const T max = numbers[row * row_numbers + row_max], sum = numbers[row * row_numbers + row_sum], log_sum = std::log(sum);
    share /= sum;
    for (std::int64_t j = at + group.lane; j < at + classes; j += lanes) {
      const T term = (max - x[j]) + log_sum;
      if (dx != nullptr) dx[j] = g * (share * e[j] - t[j]);
      if (dt != nullptr) dt[j] = g * term;
    }
  }
}

}  // namespace

void softmax_cross_entropy_forward(const Context& context, const ConstTensorView& x, const ConstTensorView& t, const TensorView& y,
                                   const TensorView& e, const TensorView& rows) {
  const Sizes size = sizes_of(x);
  const int lanes = lanes_for_row(size.classes);
  const Grid grid = grid_of(context, size.rows * lanes);
  typed(y.dtype(), [&]<class T>(T) {
    const auto run = [&](auto loss) {
      launch(context, "softmax_cross_entropy", forward_kernel<T, decltype(loss)>, grid, size, lanes, loss, data<T>(x), data<T>(e),
             data<T>(rows));
    };
    if (t.dtype() == DType::i32) {
      run(LabelLoss<T>{data<std::int32_t>(t)});
    } else {
      run(ProbabilityLoss<T>{data<T>(t)});
    }
    launch(context, "softmax_cross_entropy", mean_kernel<T>, grid_of(context, size.batch), size, data<T>(rows), data<T>(y));
  });
}

void softmax_cross_entropy_backward(const Context& context, const ConstTensorView& x, const ConstTensorView& t, const ConstTensorView& e,
                                    const ConstTensorView& rows, const ConstTensorView& dy, const TensorView& dx, const TensorView& dt) {
  const Sizes size = sizes_of(e);
  const int lanes = lanes_for_row(size.classes);
  typed(dy.dtype(), [&]<class T>(T) {
    if (t.dtype() != DType::i32) {
      launch(context, "softmax_cross_entropy gradient", backward_from_probabilities_kernel<T>, grid_of(context, size.rows * lanes), size,
             lanes, data<T>(x), data<T>(t), data<T>(e), data<T>(rows), data<T>(dy), data<T>(dx), data<T>(dt));
    } else if (!dx.empty()) {
      launch(context, "softmax_cross_entropy gradient", backward_from_labels_kernel<T>, grid_of(context, e.elements()), size,
             data<std::int32_t>(t), data<T>(e), data<T>(rows), data<T>(dy), data<T>(dx));
    }
  });
}

}  // namespace weir::cuda
