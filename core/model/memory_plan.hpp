#pragma once

#include <cstdint>
#include <span>

namespace weir {

// A block of memory that is alive from the moment `first` to the moment `last`, both included.
struct PlannedBlock {
  std::int64_t bytes = 0;
  int first = 0;
  int last = 0;
  std::int64_t offset = 0;  // the answer: a multiple of 64
};

// Gives each block an offset so that blocks which are alive together do not overlap; returns the bytes needed in all. Largest first, at
// the lowest offset that is free. With reuse false no two blocks share anything.
std::int64_t plan_memory(std::span<PlannedBlock> blocks, bool reuse);

}  // namespace weir
