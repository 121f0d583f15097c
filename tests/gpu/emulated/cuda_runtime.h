#pragma once

#include <cmath>
#include <cstdint>

#include "tests/gpu/emulated/emulator.hpp"

// What the kernels use of CUDA's language, for a compiler that knows none of it: see emulator.hpp.

#define __global__
#define __device__
#define __host__
#define __shared__ static  // blocks run one after the other
#define __launch_bounds__(threads)

using std::fma;

inline const weir::test::Index &threadIdx = weir::test::place.thread, &blockIdx = weir::test::place.block;
inline const weir::test::Index &blockDim = weir::test::place.threads, &gridDim = weir::test::place.blocks;

inline void __syncthreads() { weir::test::wait_for_block(); }

template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width) {
  return weir::test::exchange(mask, value, lane_mask, width);
}

// One thread runs at a time.
template <class T>
T atomicAdd(T* to, T value) {
  const T before = *to;
  *to += value;
  return before;
}
template <class T>
T atomicMin(T* to, T value) {
  const T before = *to;
  if (value < before) *to = value;
  return before;
}
template <class T>
T atomicMax(T* to, T value) {
  const T before = *to;
  if (value > before) *to = value;
  return before;
}
