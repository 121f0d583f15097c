// Binary cross-entropy from logits with a pos_weight per output: one block per sample, summed in double.

#include "gpu/kernels/class_weights.hpp"
#include "gpu/kernels/launch.cuh"
#include "gpu/kernels/reduce.hpp"
#include "layers/losses/elementwise_loss_ops.hpp"

namespace weir::cuda {

namespace {

constexpr const char* op = "binary_cross_entropy_with_logits";

template <class T>
__global__ void __launch_bounds__(block_threads) forward_kernel(const double* weight, std::int64_t width, TermScale scale,
                                                                std::int64_t samples, std::int64_t elements, const T* x, const T* t, T* y) {
  for (std::int64_t sample = blockIdx.x; sample < samples; sample += gridDim.x) {
    const std::int64_t at = sample * elements;
    const double total = block_total(strided_sum<double>(threadIdx.x, elements, block_threads, [=](std::int64_t i) {
      return static_cast<double>(LogitTerm{weight[i % width]}.value(x[at + i], t[at + i]));
    }));
    if (threadIdx.x == 0) y[sample] = static_cast<T>(scale.factor * total / scale.divisor);
  }
}

template <class T>
__global__ void backward_kernel(const double* weight, std::int64_t width, T scale, std::int64_t count, std::int64_t elements, const T* x,
                                const T* t, const T* dy, T* dx, T* dt) {
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) {
    const LogitTerm term{weight[i % width]};
    const T g = dy[i / elements] * scale, a = x[i], b = t[i];
    if (dx != nullptr) dx[i] = g * term.dx(a, b);
    if (dt != nullptr) dt[i] = g * term.dt(a, b);
  }
}

}  // namespace

void weighted_logits_forward(const Context& context, std::span<const double> pos_weight, const TermScale& scale, const ConstTensorView& x,
                             const ConstTensorView& t, const TensorView& y) {
  const std::int64_t samples = y.elements(), most = std::int64_t{stream_of(context.device).multiprocessors} * 32;
  if (samples == 0) return;
  const double* weight = place_class_weights(context, op, pos_weight);
  const Grid grid{static_cast<unsigned>(samples < most ? samples : most), 1, block_threads, 1};
  typed(x.dtype(), [&]<class T>(T) {
    launch(context, op, forward_kernel<T>, grid, weight, x.shape().last(), scale, samples, x.elements() / samples, data<T>(x), data<T>(t),
           data<T>(y));
  });
}

void weighted_logits_backward(const Context& context, std::span<const double> pos_weight, const TermScale& scale, const ConstTensorView& x,
                              const ConstTensorView& t, const ConstTensorView& dy, const TensorView& dx, const TensorView& dt) {
  const std::int64_t samples = dy.elements();
  if (samples == 0) return;
  const double* weight = place_class_weights(context, op, pos_weight);
  typed(x.dtype(), [&]<class T>(T) {
    launch(context, op, backward_kernel<T>, grid_of(context, x.elements()), weight, x.shape().last(),
           static_cast<T>(scale.factor / scale.divisor), x.elements(), x.elements() / samples, data<T>(x), data<T>(t), data<T>(dy),
           data<T>(dx), data<T>(dt));
  });
}

}  // namespace weir::cuda
