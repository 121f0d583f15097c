#pragma once

#include <cstdint>

#include <weir/core/device.hpp>
#include <weir/core/precision.hpp>
#include <weir/core/random.hpp>

namespace weir {

// How and where a layer's forward or backward runs. Valid during that call.
struct Context {
  Device device = Device::cpu();  // the device of all views of the call
  void* stream = nullptr;         // the cudaStream_t; nullptr: this thread's own. Unused on the CPU
  bool training = false;          // false: inference
  RandomKey key = {};             // this layer's key for random numbers; use *step in the counter, so that each step draws new ones
  const std::uint64_t* step =
      nullptr;      // number of training steps begun, in device memory: a pointer, since a replayed CUDA graph must read new values
  int threads = 1;  // CPU threads that parallel_for may use
  Precision precision = Precision::f32;  // of f32 matrix products on CUDA
};

}  // namespace weir
