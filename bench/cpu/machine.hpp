#pragma once

#include <cstddef>
#include <string>

namespace bench {

// The plainest loops that reach what the processor can do, with the widest vectors that it has, chosen at run time. One thread.

std::string vector_set();  // "avx512", "avx2", "sse2", ...

// `rounds` rounds of fused multiply-adds that wait for nothing but each other in registers; the FLOP that they were. `sink` takes what
// keeps the compiler from leaving them out.
double fma_loop(long long rounds, float* sink);

// dst = src with stores that go past the caches, where there are such; both begin on a multiple of 64 bytes.
void stream_copy(const float* src, float* dst, std::size_t count);

// Reads src once; returns a number that depends on it. src begins on a multiple of 64 bytes.
float read_all(const float* src, std::size_t count);

}  // namespace bench
