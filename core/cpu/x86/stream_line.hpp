#pragma once

#include <emmintrin.h>

// 16-byte stores, which every x86-64 has; the processor combines them into whole lines (on an Emerald Rapids as fast as stores of 32 or 64
// bytes).

namespace weir::cpu {

static inline void stream_line(const void* from, void* to) {
  const auto* x = static_cast<const __m128i*>(from);
  auto* y = static_cast<__m128i*>(to);
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) _mm_stream_si128(y + i, _mm_load_si128(x + i));
}

static inline void stream_end() { _mm_sfence(); }

}  // namespace weir::cpu
