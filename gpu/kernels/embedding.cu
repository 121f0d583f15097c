// Embedding: looks up rows of the table by index, and their gradient; one thread per element.

#include "core/array_ops.hpp"
#include "gpu/kernels/launch.cuh"
#include "gpu/kernels/rows.hpp"
#include "gpu/runtime/stream.hpp"
#include "layers/embedding_ops.hpp"

namespace weir::cuda {

namespace {

using Place = unsigned long long;

__global__ void find_outside_kernel(std::int64_t places, const std::int32_t* index, std::int64_t num, Place* first) {
  for (std::int64_t i = thread_index(); i < places; i += thread_count()) {
    if (index[i] < 0 || index[i] >= num) atomicMin(first, static_cast<Place>(i));
  }
}

// Finds the first index outside the table on the device, copies it to the host, and throws if there is one.
void check_indices_on_device(const Context& context, const ConstTensorView& x, const Shape& weight) {
  const std::int64_t places = x.elements();
  if (places == 0) return;
  require_no_capture("a check of indices");
  void* queue = queue_of(context);
  auto* found = static_cast<Place*>(stream_of(context.device).scratch);
  check(runtime().set(found, 0xFF, sizeof(Place), queue), "embedding");
  launch(context, "embedding", find_outside_kernel, grid_of(context, places), places, data<std::int32_t>(x), weight[0], found);
  Place first = 0;
  check(runtime().copy(&first, found, sizeof first, queue), "embedding");
  check(runtime().wait(queue), "embedding");
  if (first >= static_cast<Place>(places)) return;
  std::int32_t index = 0;
  check(runtime().copy(&index, data<std::int32_t>(x) + first, sizeof index, queue), "embedding");
  check(runtime().wait(queue), "embedding");
  refuse_index(weight, static_cast<std::int64_t>(first) / (places / x.shape()[0]), index);
}

template <class T>
__global__ void forward_kernel(std::int64_t count, const std::int32_t* index, std::int64_t num, std::int64_t dim, const T* weight, T* y) {
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) {
    const std::int64_t row = index[i / dim];
    y[i] = row < 0 || row >= num ? T(NAN) : weight[row * dim + i % dim];
  }
}

template <class T>
__global__ void backward_kernel(std::int64_t places, const std::int32_t* index, std::int64_t num, std::int64_t dim, const T* dy,
                                T* dweight) {
  for (std::int64_t i = thread_index(); i < places * dim; i += thread_count()) {
    const std::int64_t place = i / dim, column = i % dim, row = index[place];
    if (row < 0 || row >= num || !is_first_place(index, place)) continue;
    dweight[row * dim + column] = sum_of_places(index, places, place, dy, dim, column);
  }
}

}  // namespace

void embedding_forward(const Context& context, const ConstTensorView& x, const ConstTensorView& weight, const TensorView& y) {
  if (!context.training) check_indices_on_device(context, x, weight.shape());
  typed(y.dtype(), [&]<class T>(T) {
    launch(context, "embedding", forward_kernel<T>, grid_of(context, y.elements()), y.elements(), data<std::int32_t>(x), weight.shape()[0],
           weight.shape()[1], data<T>(weight), data<T>(y));
  });
}

void embedding_backward(const Context& context, const ConstTensorView& x, const ConstTensorView& dy, const TensorView& dweight) {
  fill(context, dweight, 0);
  typed(dy.dtype(), [&]<class T>(T) {
    launch(context, "embedding gradient", backward_kernel<T>, grid_of(context, dy.elements()), x.elements(), data<std::int32_t>(x),
           dweight.shape()[0], dweight.shape()[1], data<T>(dy), data<T>(dweight));
  });
}

}  // namespace weir::cuda
