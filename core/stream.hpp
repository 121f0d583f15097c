#pragma once

#include <cstddef>

namespace weir::cpu {

// From this many bytes on, a result that is written once is better written past the caches: it would push everything else out of them, and
// each of its lines would be read first.
inline constexpr std::size_t stream_bytes = std::size_t{16} << 20;

inline constexpr std::size_t cache_line = 64;

// Copies whole lines past the caches, where the processor can; both begin with a line and do not overlap. After the last of them
// stream_end(), so that other threads see it all before whatever tells them that it is there.
void stream_lines(const void* from, void* to, std::size_t lines);
void stream_end();

}  // namespace weir::cpu
