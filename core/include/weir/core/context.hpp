#pragma once

#include <cstddef>
#include <cstdint>

#include <weir/core/device.hpp>
#include <weir/core/precision.hpp>
#include <weir/core/random.hpp>

namespace weir {

// What a layer is told about the moment in which it runs. A plain value that lives for one call.
struct Context {
  Device device = Device::cpu();         // where every view of the call lives
  void* stream = nullptr;                // a cudaStream_t on CUDA, nullptr for this thread's own; nullptr on the CPU
  bool training = false;                 // false: inference
  RandomKey key = {};                    // this layer's stream of random numbers; draw with *step as part of the counter
  const std::uint64_t* step = nullptr;   // on the device: training steps begun so far. A pointer, so that a captured step sees it move
  int threads = 1;                       // CPU threads that parallel_for may use
  Precision precision = Precision::f32;  // of products of f32 numbers on CUDA
};

}  // namespace weir
