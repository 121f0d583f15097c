// The activations. std::visit on the host selects the kernel instance; the kernel calls the same functor as the CPU code.

#include "activations/activation_ops.hpp"
#include "gpu/kernels/map.cuh"

namespace weir::cuda {

namespace {

template <class F>
struct Forward {
  F f;
  template <class T>
  __device__ T operator()(T x) const {
    return f.forward(x);
  }
};

template <class F>
struct Backward {
  F f;
  template <class T>
  __device__ T operator()(T dy) const {
    return f.backward(T(0), dy);
  }
  template <class T>
  __device__ T operator()(T x_or_y, T dy) const {
    return f.backward(x_or_y, dy);
  }
};

struct Mask {
  template <class T>
  __device__ T operator()(T x) const {
    return ReLU().backward(x, T(1));
  }
};

}  // namespace

void activate(const Context& context, const ActivationFunction& function, const ConstTensorView& x, const TensorView& y) {
  typed(y.dtype(), [&]<class T>(T) {
    std::visit([&](auto f) { map(context, "activate", y.elements(), Forward<decltype(f)>{f}, data<T>(y), data<T>(x)); }, function);
  });
}

void activate_backward(const Context& context, const ActivationFunction& function, const ConstTensorView& x_or_y, const ConstTensorView& dy,
                       const TensorView& dx) {
  typed(dx.dtype(), [&]<class T>(T) {
    std::visit(
        [&](auto f) {
          const Backward<decltype(f)> backward{f};
          if constexpr (decltype(f)::needs == Needs::neither) {
            map(context, "activate_backward", dx.elements(), backward, data<T>(dx), data<T>(dy));
          } else {
            map(context, "activate_backward", dx.elements(), backward, data<T>(dx), data<T>(x_or_y), data<T>(dy));
          }
        },
        function);
  });
}

void relu_grad(const Context& context, const ConstTensorView& x, const TensorView& g) {
  typed(g.dtype(), [&]<class T>(T) { map(context, "relu_grad", g.elements(), Mask(), data<T>(g), data<T>(x)); });
}

}  // namespace weir::cuda
