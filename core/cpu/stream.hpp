#pragma once

#include <algorithm>
#include <cstddef>

#include "stream_line.hpp"  // of the processor: core/cpu/x86 or core/cpu/generic

namespace weir::cpu {

// Whether a result is better written past the caches (with non-temporal stores) than into them, where it would evict everything else and
// each of its lines would be read before it is written. `bytes` counts the result and what is read for it. Past the caches two threads
// write no faster than one; into them, twice as fast. Measured on a Zen 4: it pays from 22 MiB on for one thread and from 42 to 50 MiB on
// for two. More threads were not measured: from 64 MiB on, about the size of a shared cache.
inline constexpr std::size_t stream_bytes_alone = std::size_t{22} << 20, stream_bytes_most = std::size_t{64} << 20;
constexpr bool worth_streaming(std::size_t bytes, int threads) {
  return bytes >= std::min(stream_bytes_alone * static_cast<std::size_t>(threads), stream_bytes_most);
}

// Whether a result and its operands are better prefetched: when together they exceed the threads' L2, 2 MiB each (measured on an Emerald
// Rapids).
constexpr bool worth_fetching(std::size_t bytes, int threads) { return bytes > (std::size_t{2} << 20) * static_cast<std::size_t>(threads); }

inline constexpr std::size_t cache_line = 64;

// stream_line(from, to) copies a line past the caches, where the processor can. `to` begins a line; `from` is best a local array just
// filled, which then is never in memory. After the last of them stream_end(), so that other threads see it all before whatever tells them
// that it is there.

}  // namespace weir::cpu
