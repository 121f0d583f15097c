// In a recorded step the device itself decides whether the step is accepted (all numbers finite), without asking the host.

#include "gpu/kernels/launch.cuh"
#include "training/accept_step.hpp"

namespace weir::cuda {

namespace {

__global__ void count_kernel(const double* loss, double share, StepNumbers* numbers) { count(loss, share, *numbers); }

__global__ void accept_step_kernel(StepAcceptance step) { accept(step); }

template <class T>
__global__ void copy_unless_kernel(const std::uint64_t* skip, std::int64_t count, const T* x, T* y) {
  if (*skip != 0) return;
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) y[i] = x[i];
}

}  // namespace

void count_batch(const Context& context, const double* loss, double share, StepNumbers* numbers) {
  launch(context, "count_batch", count_kernel, Grid{}, loss, share, numbers);
}

void accept_step(const Context& context, const StepAcceptance& step) { launch(context, "accept_step", accept_step_kernel, Grid{}, step); }

void copy_unless(const Context& context, const std::uint64_t* skip, const ConstTensorView& x, const TensorView& y) {
  typed(y.dtype(), [&]<class T>(T) {
    launch(context, "copy_unless", copy_unless_kernel<T>, grid_of(context, y.elements()), skip, y.elements(), data<T>(x), data<T>(y));
  });
}

}  // namespace weir::cuda
