// Concat and its gradient: one launch per input.

#include "gpu/kernels/launch.cuh"
#include "gpu/kernels/rows.hpp"
#include "layers/concat_ops.hpp"

namespace weir::cuda {

namespace {

template <class T>
__global__ void place_kernel(std::int64_t count, std::int64_t width, std::int64_t whole_width, std::int64_t column, const T* part,
                             T* whole) {
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) whole[place_in_whole(i, width, whole_width, column)] = part[i];
}

template <class T>
__global__ void take_kernel(std::int64_t count, std::int64_t width, std::int64_t whole_width, std::int64_t column, const T* whole,
                            T* part) {
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) part[i] = whole[place_in_whole(i, width, whole_width, column)];
}

}  // namespace

void concat(const Context& context, std::span<const ConstTensorView> parts, const TensorView& whole) {
  typed(whole.dtype(), [&]<class T>(T) {
    std::int64_t column = 0;
    for (const ConstTensorView& part : parts) {
      const std::int64_t width = part.shape().last();
      launch(context, "concat", place_kernel<T>, grid_of(context, part.elements()), part.elements(), width, whole.shape().last(), column,
             data<T>(part), data<T>(whole));
      column += width;
    }
  });
}

void split(const Context& context, const ConstTensorView& whole, std::span<const ConstTensorView> shapes,
           std::span<const TensorView> parts) {
  typed(whole.dtype(), [&]<class T>(T) {
    std::int64_t column = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::int64_t width = shapes[i].shape().last();
      if (!parts[i].empty()) {
        launch(context, "concat gradient", take_kernel<T>, grid_of(context, parts[i].elements()), parts[i].elements(), width,
               whole.shape().last(), column, data<T>(whole), data<T>(parts[i]));
      }
      column += width;
    }
  });
}

}  // namespace weir::cuda
