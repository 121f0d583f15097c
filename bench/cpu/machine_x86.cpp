#include <immintrin.h>

#include <algorithm>
#include <cstring>

#include "bench/cpu/machine.hpp"

namespace bench {

namespace {

enum class Set { sse2, avx2, avx512 };

Set find_set() {
  if (__builtin_cpu_supports("avx512f")) return Set::avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Set::avx2;
  return Set::sse2;
}

Set widest() {
  static const Set set = find_set();
  return set;
}

constexpr std::size_t line = 16;  // floats

__attribute__((target("avx512f"))) void stream_avx512(const float* src, float* dst, std::size_t count) {
  for (std::size_t i = 0; i < count; i += line) _mm512_stream_ps(dst + i, _mm512_load_ps(src + i));
}

__attribute__((target("avx"))) void stream_avx(const float* src, float* dst, std::size_t count) {
  for (std::size_t i = 0; i < count; i += line) {
    const __m256 low = _mm256_load_ps(src + i), high = _mm256_load_ps(src + i + 8);
    _mm256_stream_ps(dst + i, low);
    _mm256_stream_ps(dst + i + 8, high);
  }
}

void stream_sse2(const float* src, float* dst, std::size_t count) {
  for (std::size_t i = 0; i < count; i += 4) _mm_stream_ps(dst + i, _mm_load_ps(src + i));
}

__attribute__((target("avx512f"))) float read_avx512(const float* src, std::size_t count) {
  __m512i x[4] = {_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512()};
  for (std::size_t i = 0; i < count; i += 4 * line) {
    for (std::size_t j = 0; j < 4; ++j) x[j] = _mm512_xor_si512(x[j], _mm512_load_si512(src + i + j * line));
  }
  const __m512i all = _mm512_xor_si512(_mm512_xor_si512(x[0], x[1]), _mm512_xor_si512(x[2], x[3]));
  return _mm512_cvtss_f32(_mm512_castsi512_ps(all));
}

__attribute__((target("avx"))) float read_avx(const float* src, std::size_t count) {
  __m256 x[8];
  for (std::size_t j = 0; j < 8; ++j) x[j] = _mm256_setzero_ps();
  for (std::size_t i = 0; i < count; i += 4 * line) {
    for (std::size_t j = 0; j < 8; ++j) x[j] = _mm256_xor_ps(x[j], _mm256_load_ps(src + i + j * 8));
  }
  for (std::size_t j = 1; j < 8; ++j) x[0] = _mm256_xor_ps(x[0], x[j]);
  return _mm256_cvtss_f32(x[0]);
}

float read_sse2(const float* src, std::size_t count) {
  __m128 x[8];
  for (std::size_t j = 0; j < 8; ++j) x[j] = _mm_setzero_ps();
  for (std::size_t i = 0; i < count; i += 4 * line) {
    for (std::size_t j = 0; j < 16; ++j) x[j % 8] = _mm_xor_ps(x[j % 8], _mm_load_ps(src + i + j * 4));
  }
  for (std::size_t j = 1; j < 8; ++j) x[0] = _mm_xor_ps(x[0], x[j]);
  return _mm_cvtss_f32(x[0]);
}

}  // namespace

std::string vector_set() {
  switch (widest()) {
    case Set::avx512:
      return "avx512";
    case Set::avx2:
      return "avx2";
    case Set::sse2:
      break;
  }
  return "sse2";
}

void stream_copy(const float* src, float* dst, std::size_t count) {
  const std::size_t whole = count / line * line;
  switch (widest()) {
    case Set::avx512:
      stream_avx512(src, dst, whole);
      break;
    case Set::avx2:
      stream_avx(src, dst, whole);
      break;
    case Set::sse2:
      stream_sse2(src, dst, whole);
      break;
  }
  _mm_sfence();
  std::memcpy(dst + whole, src + whole, (count - whole) * sizeof(float));
}

float read_all(const float* src, std::size_t count) {
  const std::size_t whole = count / (4 * line) * (4 * line);
  float rest = 0;
  for (std::size_t i = whole; i < count; ++i) rest += src[i];
  switch (widest()) {
    case Set::avx512:
      return rest + read_avx512(src, whole);
    case Set::avx2:
      return rest + read_avx(src, whole);
    case Set::sse2:
      break;
  }
  return rest + read_sse2(src, whole);
}

}  // namespace bench
