#pragma once

#include <cstring>
#include <functional>
#include <string>

#include "gpu/runtime/runtime.hpp"

// Runs kernels on the CPU: the .cu files are compiled as plain C++. Blocks run one after another; each thread of a block runs until it
// waits at a barrier or warp operation. The order of the threads varies from launch to launch, so that a missing barrier shows as a
// changing result. This tests a kernel's arithmetic and synchronisation, not its speed nor true concurrency.

namespace weir::test {

struct Index {
  unsigned x = 0, y = 0;
};

// blockIdx, threadIdx, blockDim and gridDim of the running thread.
struct Place {
  Index thread, block, threads, blocks;
};
inline Place place;

inline constexpr int warp_threads = 32;

// Runs all threads of a launch. Throws std::logic_error, naming the operation, on a deadlock: threads that wait for others which have ended
// or wait at another barrier.
void run_grid(const std::string& op, const cuda::Grid& grid, const std::function<void()>& thread);

void wait_for_block();
void wait_for_warp(unsigned mask);
unsigned char* room_of(int thread_of_warp);  // 8 bytes of exchange memory of a thread in the running thread's warp
int thread_of_warp();

template <class T>
T exchange(unsigned mask, T value, int lane_mask, int width) {
  static_assert(sizeof(T) <= 8);
  const int own = thread_of_warp(), other = own ^ lane_mask;
  std::memcpy(room_of(own), &value, sizeof(T));
  wait_for_warp(mask);
  T result = value;
  if (other / width == own / width) std::memcpy(&result, room_of(other), sizeof(T));
  wait_for_warp(mask);
  return result;
}

}  // namespace weir::test
