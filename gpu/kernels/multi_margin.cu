// Multi-class hinge loss. Forward: a group of threads of a warp per sample; backward: one per row of scores. A label outside [0, classes)
// is never used as an index and gives NaN.

#include "gpu/kernels/class_weights.hpp"
#include "gpu/kernels/row_groups.cuh"
#include "layers/losses/multi_margin_ops.hpp"

namespace weir::cuda {

namespace {

struct Sizes {
  std::int64_t batch, positions, classes;
  __device__ bool is_class(std::int32_t label) const { return label >= 0 && label < classes; }
  __device__ double scores() const { return static_cast<double>(positions * classes); }
};

struct Term {
  const double* weights;  // nullptr: 1 each
  double margin, factor;
  bool squared;
  __device__ double weight(std::int32_t label) const { return weights == nullptr ? 1.0 : weights[label]; }
};

template <class T>
__global__ void __launch_bounds__(block_threads)
    forward_kernel(Sizes size, int lanes, Term term, const T* x, const std::int32_t* labels, T* y) {
  over_row_groups(size.batch, size.classes, lanes, [=](std::int64_t i, std::int64_t n, int lane) {
    double total = 0;
    for (std::int64_t row = i * size.positions; row < (i + 1) * size.positions; ++row) {
      const T* scores = x + row * size.classes;
      const std::int32_t label = labels[row];
      const bool right = size.is_class(label);
      const T from = right ? static_cast<T>(term.margin) - scores[label] : T(NAN);
      const T sum =
          sum_over_row<T>(n, lane, lanes, [=](std::int64_t j) { return j == label ? T(0) : hinge(from + scores[j], term.squared); });
      total += right ? term.weight(label) * static_cast<double>(sum) : NAN;
    }
    if (n > 0 && lane == 0) y[i] = static_cast<T>(term.factor * total / size.scores());
  });
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    backward_kernel(Sizes size, int lanes, Term term, const T* x, const std::int32_t* labels, const T* dy, T* dx) {
  over_row_groups(size.batch * size.positions, size.classes, lanes, [=](std::int64_t row, std::int64_t n, int lane) {
    const T* scores = x + row * size.classes;
    T* to = dx + row * size.classes;
    const std::int32_t label = labels[row];
    const bool right = size.is_class(label);
    const T from = right ? static_cast<T>(term.margin) - scores[label] : T(NAN);
    const T g = right ? dy[row / size.positions] * static_cast<T>(term.factor * term.weight(label) / size.scores()) : T(NAN);
    const auto slope = [=](std::int64_t j) { return j == label ? T(0) : hinge_gradient(from + scores[j], term.squared, g); };
    const T sum = sum_over_row<T>(n, lane, lanes, slope);
    for (std::int64_t j = lane; j < n; j += lanes) to[j] = j == label ? -sum : slope(j);
  });
}

Sizes sizes_of(const ConstTensorView& x, const ConstTensorView& labels) {
  const std::int64_t batch = x.shape()[0];
  return {batch, batch == 0 ? 1 : labels.elements() / batch, x.shape().last()};
}

Term term_on_device(const Context& context, const MultiMarginTerm& term) {
  return {place_class_weights(context, "multi_margin", term.weights), term.margin, term.factor, term.squared};
}

}  // namespace

void multi_margin_forward(const Context& context, const MultiMarginTerm& term, const ConstTensorView& x, const ConstTensorView& labels,
                          const TensorView& y) {
  const Sizes size = sizes_of(x, labels);
  const int lanes = lanes_for_row(size.classes);
  typed(y.dtype(), [&]<class T>(T) {
    launch(context, "multi_margin", forward_kernel<T>, grid_of(context, size.batch * lanes), size, lanes, term_on_device(context, term),
           data<T>(x), data<std::int32_t>(labels), data<T>(y));
  });
}

void multi_margin_backward(const Context& context, const MultiMarginTerm& term, const ConstTensorView& x, const ConstTensorView& labels,
                           const ConstTensorView& dy, const TensorView& dx) {
  const Sizes size = sizes_of(x, labels);
  const int lanes = lanes_for_row(size.classes);
  typed(dy.dtype(), [&]<class T>(T) {
    launch(context, "multi_margin gradient", backward_kernel<T>, grid_of(context, size.batch * size.positions * lanes), size, lanes,
           term_on_device(context, term), data<T>(x), data<std::int32_t>(labels), data<T>(dy), data<T>(dx));
  });
}

}  // namespace weir::cuda
