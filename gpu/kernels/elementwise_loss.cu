// Losses that are a sum of one term per element (MSE, L1, Huber, ...): one block per sample, summed in double.

#include "gpu/kernels/launch.cuh"
#include "gpu/kernels/reduce.hpp"
#include "layers/losses/elementwise_loss_ops.hpp"

namespace weir::cuda {

namespace {

template <class T, class F>
__global__ void __launch_bounds__(block_threads)
    forward_kernel(F term, TermScale scale, std::int64_t samples, std::int64_t elements, const T* x, const T* t, T* y) {
  for (std::int64_t sample = blockIdx.x; sample < samples; sample += gridDim.x) {
    const std::int64_t at = sample * elements;
    const double total = block_total(strided_sum<double>(
        threadIdx.x, elements, block_threads, [=](std::int64_t i) { return static_cast<double>(term.value(x[at + i], t[at + i])); }));
    if (threadIdx.x == 0) y[sample] = static_cast<T>(scale.factor * total / scale.divisor);
  }
}

template <class T, class F>
__global__ void backward_kernel(F term, T scale, std::int64_t samples, std::int64_t elements, const T* x, const T* t, const T* dy, T* dx,
                                T* dt) {
  for (std::int64_t i = thread_index(); i < samples * elements; i += thread_count()) {
    const T g = dy[i / elements] * scale, a = x[i], b = t[i];
    if (dx != nullptr) dx[i] = g * term.dx(a, b);
    if (dt != nullptr) dt[i] = g * dt_of(term, a, b);
  }
}

// Calls f(the term's concrete type, a value of the dtype's C++ type, elements per sample).
template <class F>
void with_types(const AnyTerm& term, const ConstTensorView& x, std::int64_t samples, F&& f) {
  const std::int64_t elements = samples == 0 ? 1 : x.elements() / samples;
  typed(x.dtype(), [&](auto type) { std::visit([&](const auto& functor) { f(functor, type, elements); }, term); });
}

}  // namespace

void elementwise_loss_forward(const Context& context, const AnyTerm& term, const TermScale& scale, const ConstTensorView& x,
                              const ConstTensorView& t, const TensorView& y) {
  const std::int64_t samples = y.elements(), most = std::int64_t{stream_of(context.device).multiprocessors} * 32;
  with_types(term, x, samples, [&]<class T>(auto f, T, std::int64_t elements) {
    const Grid grid{static_cast<unsigned>(samples < most ? samples : most), 1, block_threads, 1};
    launch(context, "elementwise_loss", forward_kernel<T, decltype(f)>, grid, f, scale, samples, elements, data<T>(x), data<T>(t),
           data<T>(y));
  });
}

void elementwise_loss_backward(const Context& context, const AnyTerm& term, const TermScale& scale, const ConstTensorView& x,
                               const ConstTensorView& t, const ConstTensorView& dy, const TensorView& dx, const TensorView& dt) {
  const std::int64_t samples = dy.elements();
  with_types(term, x, samples, [&]<class T>(auto f, T, std::int64_t elements) {
    const T factor = static_cast<T>(scale.factor / scale.divisor);
    launch(context, "elementwise_loss gradient", backward_kernel<T, decltype(f)>, grid_of(context, samples * elements), f, factor, samples,
           elements, data<T>(x), data<T>(t), data<T>(dy), data<T>(dx), data<T>(dt));
  });
}

}  // namespace weir::cuda
