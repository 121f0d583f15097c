#pragma once

#include <cstdint>
#include <span>

namespace weir {

// The largest block: more than any machine has, and sums of such sizes cannot overflow.
inline constexpr std::int64_t most_bytes = std::int64_t{1} << 48;

// A block of memory that is in use from time `first` to time `last`, both included.
struct PlannedBlock {
  std::int64_t bytes = 0;
  int first = 0;
  int last = 0;
  std::int64_t offset = 0;  // the result, a multiple of 64
};

// Gives each block an offset such that blocks which are in use at the same time do not overlap; returns the total number of bytes. Places
// the largest block first, each at the lowest free offset. With reuse false no blocks overlap.
std::int64_t plan_memory(std::span<PlannedBlock> blocks, bool reuse);

}  // namespace weir
