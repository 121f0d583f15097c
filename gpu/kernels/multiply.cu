// Multiply: one factor at a time from left to right, the CPU's order, so that the result is bit-identical.

#include "layers/multiply_ops.hpp"

#include "gpu/kernels/map.cuh"

namespace weir::cuda {

namespace {

struct Times {
  template <class T>
  __device__ T operator()(T a, T b) const {
    return a * b;
  }
};

template <class T>
void multiply_by(const Context& context, const char* op, const T* a, const ConstTensorView& b, const TensorView& y) {
  map(context, op, y.elements(), Times(), data<T>(y), a, data<T>(b));
}

}  // namespace

void multiply_forward(const Context& context, std::span<const ConstTensorView> x, const TensorView& y) {
  typed(y.dtype(), [&](auto type) {
    using T = decltype(type);
    const T* so_far = data<T>(x[0]);
    for (const ConstTensorView& factor : x.subspan(1)) {
      multiply_by<T>(context, "multiply", so_far, factor, y);
      so_far = data<T>(y);
    }
  });
}

void multiply_backward(const Context& context, std::span<const ConstTensorView> x, const ConstTensorView& dy,
                       std::span<const TensorView> dx) {
  typed(dy.dtype(), [&](auto type) {
    using T = decltype(type);
    for (std::size_t i = 0; i < dx.size(); ++i) {
      if (dx[i].empty()) continue;
      const T* so_far = data<T>(dy);
      for (std::size_t other = 0; other < x.size(); ++other) {
        if (other == i) continue;
        multiply_by<T>(context, "multiply gradient", so_far, x[other], dx[i]);
        so_far = data<T>(dx[i]);
      }
    }
  });
}

}  // namespace weir::cuda
