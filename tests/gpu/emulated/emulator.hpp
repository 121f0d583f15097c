#pragma once

#include <cstring>
#include <functional>
#include <string>

#include "gpu/runtime/runtime.hpp"

// Kernels on the CPU: the .cu files compiled as plain C++, block after block, each thread of a block up to where it waits for others, in
// another order in each launch: a result that needs one order, for want of a barrier, is seen to change. What this shows is that a kernel's
// arithmetic is right and its threads meet where they wait; neither its speed nor what hardware does at once.

namespace weir::test {

struct Index {
  unsigned x = 0, y = 0;
};

// Where the thread that runs is.
struct Place {
  Index thread, block, threads, blocks;
};
inline Place place;

inline constexpr int warp_threads = 32;

// Runs every thread of a launch. Throws std::logic_error, with the operation, for threads that wait for some that have ended or wait
// elsewhere.
void run_grid(const std::string& op, const cuda::Grid& grid, const std::function<void()>& thread);

void wait_for_block();
void wait_for_warp(unsigned mask);
unsigned char* room_of(int thread_of_warp);  // 8 bytes of a thread of the running thread's warp
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
