#pragma once

#include <cstddef>
#include <string>

namespace bench {

// The simplest loops that reach the bandwidth of memory and caches, with the widest vectors of the processor, chosen at run time. One
// thread.

std::string vector_set();  // "avx512", "avx2", "sse2", ...

// dst = src with non-temporal stores, if the processor has them; both are 64-byte aligned.
void stream_copy(const float* src, float* dst, std::size_t count);

// Reads src once, 64-byte aligned; returns a sum, so that the compiler cannot remove the loads.
float read_all(const float* src, std::size_t count);

}  // namespace bench
