#pragma once

#include <cstdint>

namespace weir::test {

// Calls of malloc, calloc, realloc, aligned_alloc, posix_memalign and memalign by any thread of this program so far. A program that
// links malloc_counter.cpp has its own of each, which count and then do what the C library's do.
std::int64_t allocations();

// Why they cannot be counted here; nullptr when they can.
const char* allocations_unknown();

}  // namespace weir::test
