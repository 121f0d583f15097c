#pragma once

#include <cmath>
#include <cstdint>

#include "tests/gpu/emulated/emulator.hpp"

// The CUDA keywords and functions that the kernels use, for an ordinary C++ compiler (see emulator.hpp).

#define __global__
#define __device__
#define __host__
#define __shared__ static  // blocks run one after another, so one copy is enough
#define __launch_bounds__(threads)

using std::fma;

inline const weir::test::Index &threadIdx = weir::test::place.thread, &blockIdx = weir::test::place.block;
inline const weir::test::Index &blockDim = weir::test::place.threads, &gridDim = weir::test::place.blocks;

inline void __syncthreads() { weir::test::wait_for_block(); }

template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width) {
  return weir::test::exchange(mask, value, lane_mask, width);
}

// Only one thread runs at a time, so plain operations are atomic.
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
