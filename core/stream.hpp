#pragma once

#include <algorithm>
#include <cstddef>

namespace weir::cpu {

// Whether a result that is written once is better written past the caches than into them, where it would push everything else out and each
// of its lines would be read first. `bytes` are those of the result and of what is read for it. Past the caches two threads write no faster
// than one, into them twice as fast: measured on a Zen 4, it pays from 22 MiB on for one thread, from 42 to 50 MiB on for two. For more,
// which were not measured, from 64 MiB on, about what a shared cache keeps.
inline constexpr std::size_t stream_bytes_alone = std::size_t{22} << 20, stream_bytes_most = std::size_t{64} << 20;
constexpr bool worth_streaming(std::size_t bytes, int threads) {
  return bytes >= std::min(stream_bytes_alone * static_cast<std::size_t>(threads), stream_bytes_most);
}

inline constexpr std::size_t cache_line = 64;

// Copies whole lines past the caches, where the processor can; both begin with a line and do not overlap. After the last of them
// stream_end(), so that other threads see it all before whatever tells them that it is there.
void stream_lines(const void* from, void* to, std::size_t lines);
void stream_end();

}  // namespace weir::cpu
