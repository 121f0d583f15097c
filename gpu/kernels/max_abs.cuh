#pragma once

#include <limits>

#include "gpu/kernels/launch.cuh"

namespace weir::cuda {

// Maximum of |x| over the values that a thread has seen, compared as bit patterns without the sign bit, which are ordered like the numbers
// with NaN above infinity (see core/max_abs.hpp).
template <class T>
struct Magnitude {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, unsigned long long>;
  Bits bits = 0;

  __device__ void look(T value) {
    const Bits seen = __builtin_bit_cast(Bits, value) & (std::numeric_limits<Bits>::max() >> 1);
    bits = seen > bits ? seen : bits;
  }

  // *max_abs = max(*max_abs, the block's maximum), by an integer atomic: the order of the blocks does not matter.
  __device__ void raise(double* max_abs) const {
    __shared__ Bits shared[block_threads];
    const int thread = static_cast<int>(threadIdx.x);
    shared[thread] = bits;
    for (int half = block_threads / 2; half > 0; half /= 2) {
      __syncthreads();
      if (thread < half && shared[thread + half] > shared[thread]) shared[thread] = shared[thread + half];
    }
    if (thread != 0) return;
    const double value = static_cast<double>(__builtin_bit_cast(T, shared[0]));
    atomicMax(reinterpret_cast<unsigned long long*>(max_abs), __builtin_bit_cast(unsigned long long, value));
  }
};

}  // namespace weir::cuda
