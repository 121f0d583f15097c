#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpass-failed"  // sigmoid and tanh in double are calls: those loops stay as they are
#endif

#include "activations/apply.hpp"

namespace weir::cpu {

namespace {

// f(i) for each i, in any order: an element reads no other element's result. Every activation's loop is this one.
template <class F>
void for_each_element(std::int64_t n, F f) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) f(i);
}

}  // namespace

template <class T>
void apply_forward(const ActivationFunction& function, const T* x, T* y, std::int64_t n) {
  std::visit([=](auto f) { for_each_element(n, [=](std::int64_t i) { y[i] = f.forward(x[i]); }); }, function);
}

template <class T>
void apply_backward(const ActivationFunction& function, const T* x_or_y, const T* dy, T* dx, std::int64_t n) {
  std::visit(
      [=](auto f) {
        if constexpr (f.needs == Needs::neither) {
          for_each_element(n, [=](std::int64_t i) { dx[i] = f.backward(T(0), dy[i]); });
        } else {
          for_each_element(n, [=](std::int64_t i) { dx[i] = f.backward(x_or_y[i], dy[i]); });
        }
      },
      function);
}

template <class T>
void apply_relu_grad(const T* x, T* g, std::int64_t n) {
  for_each_element(n, [=](std::int64_t i) { g[i] = ReLU().backward(x[i], T(1)); });
}

template void apply_forward(const ActivationFunction&, const float*, float*, std::int64_t);
template void apply_forward(const ActivationFunction&, const double*, double*, std::int64_t);
template void apply_backward(const ActivationFunction&, const float*, const float*, float*, std::int64_t);
template void apply_backward(const ActivationFunction&, const double*, const double*, double*, std::int64_t);
template void apply_relu_grad(const float*, float*, std::int64_t);
template void apply_relu_grad(const double*, double*, std::int64_t);

}  // namespace weir::cpu
