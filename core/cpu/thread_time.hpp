#pragma once

#include <chrono>
#include <cstdint>

namespace weir::cpu {

// What the calling thread has had of its processor: time, and how often it was taken away. Both stay 0 where the system does not count
// them.
struct ThreadTime {
  std::chrono::nanoseconds had{};
  std::int64_t preempted = 0;
};

ThreadTime thread_time();

}  // namespace weir::cpu
