#pragma once

#include <cstdint>
#include <weir/core/tensor_view.hpp>

#include "core/typed.hpp"
#include "gpu/kernels/elements.hpp"
#include "gpu/kernels/enqueue.cuh"

// Kernel launches on the context's stream, with their errors checked.

namespace weir::cuda {

// kernel<<<grid>>>(arguments...); does nothing for a grid without blocks. DeviceError names `op`.
template <class... P, class... A>
void launch(const Context& context, const char* op, void (*kernel)(P...), const Grid& grid, const A&... arguments) {
  if (grid.blocks_x == 0 || grid.blocks_y == 0) return;
  require_usable();
  std::tuple<std::remove_cv_t<P>...> values(arguments...);
  enqueue(context, op, kernel, grid, values, std::index_sequence_for<P...>());
}

__device__ inline std::int64_t thread_index() { return static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; }
__device__ inline std::int64_t thread_count() { return static_cast<std::int64_t>(gridDim.x) * blockDim.x; }

// A grid with one thread per item, up to 16 blocks a multiprocessor; kernels loop from thread_index() in steps of thread_count().
inline Grid grid_of(const Context& context, std::int64_t items) {
  const auto most = static_cast<std::int64_t>(stream_of(context.device).multiprocessors) * 16;
  const std::int64_t wanted = ceil_div(items, block_threads);
  return {static_cast<unsigned>(wanted < most ? wanted : most), 1, block_threads, 1};
}

// The sum of `value` over a block of block_threads threads, returned to each of them; added in the order of reduce.hpp.
template <class T>
__device__ T block_total(T value) {
  __shared__ T values[block_threads];
  const int thread = static_cast<int>(threadIdx.x);
  values[thread] = value;
  for (int half = block_threads / 2; half > 0; half /= 2) {
    __syncthreads();
    if (thread < half) values[thread] += values[thread + half];
  }
  __syncthreads();
  const T total = values[0];
  __syncthreads();  // all have read values[0] before the next call overwrites it
  return total;
}

}  // namespace weir::cuda
