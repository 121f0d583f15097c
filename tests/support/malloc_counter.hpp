#pragma once

#include <cstdint>

namespace weir::test {

// Number of calls of malloc, calloc, realloc, aligned_alloc, posix_memalign and memalign so far, by all threads of the program.
// malloc_counter.cpp replaces these functions by ones that count and then call the C library's.
std::int64_t allocations();

// Why allocations cannot be counted in this build; nullptr if they can.
const char* allocations_unknown();

}  // namespace weir::test
