#pragma once

#include <cstddef>
#include <string>

namespace bench {

// The plainest loops that reach what memory and caches can do, with the widest vectors that it has, chosen at run time. One thread.

std::string vector_set();  // "avx512", "avx2", "sse2", ...

// dst = src with stores that go past the caches, where there are such; both begin on a multiple of 64 bytes.
void stream_copy(const float* src, float* dst, std::size_t count);

// Reads src once; returns a number that depends on it. src begins on a multiple of 64 bytes.
float read_all(const float* src, std::size_t count);

}  // namespace bench
