#include <emmintrin.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/stream.hpp"

namespace weir::cpu {

void stream_copy(const void* from, void* to, std::size_t bytes) {
  constexpr std::size_t width = sizeof(__m128i);
  const std::size_t head = std::min(bytes, (width - reinterpret_cast<std::uintptr_t>(to) % width) % width);
  const std::size_t body = (bytes - head) / width * width;
  const char* x = static_cast<const char*>(from);
  char* y = static_cast<char*>(to);
  std::memcpy(y, x, head);
  for (std::size_t i = head; i < head + body; i += width) {
    _mm_stream_si128(reinterpret_cast<__m128i*>(y + i), _mm_loadu_si128(reinterpret_cast<const __m128i*>(x + i)));
  }
  std::memcpy(y + head + body, x + head + body, bytes - head - body);
}

void stream_end() { _mm_sfence(); }

}  // namespace weir::cpu
