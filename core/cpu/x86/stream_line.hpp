#pragma once

#include <emmintrin.h>

// In vectors of 16 bytes, which every x86-64 has: the processor collects them into lines (measured on an Emerald Rapids: as fast as in
// vectors of 32 or 64).

namespace weir::cpu {

static inline void stream_line(const void* from, void* to) {
  const auto* x = static_cast<const __m128i*>(from);
  auto* y = static_cast<__m128i*>(to);
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) _mm_stream_si128(y + i, _mm_load_si128(x + i));
}

static inline void stream_end() { _mm_sfence(); }

}  // namespace weir::cpu
