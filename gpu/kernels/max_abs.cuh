#pragma once

#include <limits>

#include "gpu/kernels/launch.cuh"

namespace weir::cuda {

// The largest magnitude that a thread has seen, by bit patterns without the sign: ordered as the numbers, infinity above every finite one,
// NaN above infinity. See core/max_abs.hpp.
template <class T>
struct Magnitude {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, unsigned long long>;
  Bits bits = 0;

  __device__ void look(T value) {
    const Bits seen = __builtin_bit_cast(Bits, value) & (std::numeric_limits<Bits>::max() >> 1);
    bits = seen > bits ? seen : bits;
  }

  // Raises *max_abs to the largest of the whole block. A maximum of whole numbers: the order of the blocks does not matter.
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
