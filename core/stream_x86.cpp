#include <immintrin.h>

#include "core/stream.hpp"

namespace weir::cpu {

namespace {

void stream_sse2(const void* from, void* to, std::size_t lines) {
  const auto* x = static_cast<const __m128i*>(from);
  auto* y = static_cast<__m128i*>(to);
  for (std::size_t i = 0; i < 4 * lines; i += 4) {
    const __m128i a = _mm_load_si128(x + i), b = _mm_load_si128(x + i + 1), c = _mm_load_si128(x + i + 2), d = _mm_load_si128(x + i + 3);
    _mm_stream_si128(y + i, a);
    _mm_stream_si128(y + i + 1, b);
    _mm_stream_si128(y + i + 2, c);
    _mm_stream_si128(y + i + 3, d);
  }
}

[[gnu::target("avx")]] void stream_avx(const void* from, void* to, std::size_t lines) {
  const auto* x = static_cast<const __m256i*>(from);
  auto* y = static_cast<__m256i*>(to);
  for (std::size_t i = 0; i < 2 * lines; i += 2) {
    const __m256i a = _mm256_load_si256(x + i), b = _mm256_load_si256(x + i + 1);
    _mm256_stream_si256(y + i, a);
    _mm256_stream_si256(y + i + 1, b);
  }
}

[[gnu::target("avx512f")]] void stream_avx512(const void* from, void* to, std::size_t lines) {
  const auto* x = static_cast<const __m512i*>(from);
  auto* y = static_cast<__m512i*>(to);
  for (std::size_t i = 0; i < lines; ++i) _mm512_stream_si512(y + i, _mm512_load_si512(x + i));
}

using StreamLines = void (*)(const void* from, void* to, std::size_t lines);

StreamLines best_for_this_processor() {
  if (__builtin_cpu_supports("avx512f")) return stream_avx512;
  return __builtin_cpu_supports("avx") ? stream_avx : stream_sse2;
}

}  // namespace

void stream_lines(const void* from, void* to, std::size_t lines) {
  static const StreamLines best = best_for_this_processor();
  best(from, to, lines);
}

void stream_end() { _mm_sfence(); }

}  // namespace weir::cpu
