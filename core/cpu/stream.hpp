#pragma once

#include <algorithm>
#include <cstddef>

#include "stream_line.hpp"  // chosen by processor: core/cpu/x86 or core/cpu/generic

namespace weir::cpu {

// Whether to write a result with non-temporal stores, which bypass the caches. Ordinary stores would evict other data and read each cache
// line before writing it. `bytes` counts the result and its operands. Non-temporal stores are no faster on two threads than on one,
// ordinary ones twice as fast, so the limit grows with the threads. Measured on a Zen 4: worth it from 22 MiB on one thread and from 42 to
// 50 MiB on two; for more threads not measured: 64 MiB, about the size of a shared cache.
inline constexpr std::size_t stream_bytes_alone = std::size_t{22} << 20, stream_bytes_most = std::size_t{64} << 20;
constexpr bool worth_streaming(std::size_t bytes, int threads) {
  return bytes >= std::min(stream_bytes_alone * static_cast<std::size_t>(threads), stream_bytes_most);
}

// Whether to prefetch the operands and the result: when together they exceed the L2 caches of the threads, 2 MiB each (measured on an
// Emerald Rapids).
constexpr bool worth_fetching(std::size_t bytes, int threads) { return bytes > (std::size_t{2} << 20) * static_cast<std::size_t>(threads); }

inline constexpr std::size_t cache_line = 64;

// stream_line(from, to) copies one cache line with non-temporal stores where the processor has them. `to` is aligned to a cache line;
// `from` is best a small local array that is still in cache. Call stream_end() after the last one, before other threads are told that the
// data is there.

}  // namespace weir::cpu
