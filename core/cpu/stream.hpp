#pragma once

#include <algorithm>
#include <cstddef>

#if defined(__SSE2__)
#include <immintrin.h>
#else
#include <cstring>
#endif

namespace weir::cpu {

// Whether a result that is written once is better written past the caches than into them, where it would push everything else out and each
// of its lines would be read first. `bytes` are those of the result and of what is read for it. Past the caches two threads write no faster
// than one, into them twice as fast: measured on a Zen 4, it pays from 22 MiB on for one thread, from 42 to 50 MiB on for two. For more,
// which were not measured, from 64 MiB on, about what a shared cache keeps.
inline constexpr std::size_t stream_bytes_alone = std::size_t{22} << 20, stream_bytes_most = std::size_t{64} << 20;
constexpr bool worth_streaming(std::size_t bytes, int threads) {
  return bytes >= std::min(stream_bytes_alone * static_cast<std::size_t>(threads), stream_bytes_most);
}

// Whether such a result is better asked for in advance: where it and what is read for it, so many bytes, are more than the threads' second
// caches keep from one time to the next (measured on an Emerald Rapids).
constexpr bool worth_fetching(std::size_t bytes, int threads) { return bytes > (std::size_t{2} << 20) * static_cast<std::size_t>(threads); }

inline constexpr std::size_t cache_line = 64;

// Copies a line past the caches, where the processor can. `to` begins a line; `from` is best a local array just filled, which then is never
// in memory. After the last of them stream_end(), so that other threads see it all before whatever tells them that it is there. Static,
// as each file has its own that goes with its flags.
#if defined(__AVX512F__)
static inline void stream_line(const void* from, void* to) { _mm512_stream_si512(static_cast<__m512i*>(to), _mm512_load_si512(from)); }
#elif defined(__AVX__)
static inline void stream_line(const void* from, void* to) {
  const auto* x = static_cast<const __m256i*>(from);
  auto* y = static_cast<__m256i*>(to);
  _mm256_stream_si256(y, _mm256_load_si256(x));
  _mm256_stream_si256(y + 1, _mm256_load_si256(x + 1));
}
#elif defined(__SSE2__)
static inline void stream_line(const void* from, void* to) {
  const auto* x = static_cast<const __m128i*>(from);
  auto* y = static_cast<__m128i*>(to);
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) _mm_stream_si128(y + i, _mm_load_si128(x + i));
}
#else
static inline void stream_line(const void* from, void* to) { std::memcpy(to, from, cache_line); }
#endif

#if defined(__SSE2__)
static inline void stream_end() { _mm_sfence(); }
#else
static inline void stream_end() {}
#endif

}  // namespace weir::cpu
