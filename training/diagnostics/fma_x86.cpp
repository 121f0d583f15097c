#include <immintrin.h>

#include "training/diagnostics/roofline.hpp"

namespace weir {

namespace {

// An FMA has a latency of 4 or 5 cycles and two start each cycle, so 10 independent chains suffice; 14 use all 16 registers but two, which
// hold the factors.
constexpr int chains = 14;
constexpr float factor = 0.999F, addend = 0.001F;  // x tends to 1: neither infinite nor subnormal

__attribute__((target("avx512f"))) double fma_avx512(long long rounds, float* sink) {
  const __m512 f = _mm512_set1_ps(factor), a = _mm512_set1_ps(addend);
  __m512 x[chains];
  for (int i = 0; i < chains; ++i) x[i] = _mm512_set1_ps(*sink + static_cast<float>(i));
  for (long long r = 0; r < rounds; ++r) {
    for (int i = 0; i < chains; ++i) x[i] = _mm512_fmadd_ps(x[i], f, a);
  }
  for (int i = 1; i < chains; ++i) x[0] = _mm512_add_ps(x[0], x[i]);
  *sink = _mm512_cvtss_f32(x[0]) / chains;
  return 2.0 * 16 * chains * static_cast<double>(rounds);
}

__attribute__((target("avx2,fma"))) double fma_avx2(long long rounds, float* sink) {
  const __m256 f = _mm256_set1_ps(factor), a = _mm256_set1_ps(addend);
  __m256 x[chains];
  for (int i = 0; i < chains; ++i) x[i] = _mm256_set1_ps(*sink + static_cast<float>(i));
  for (long long r = 0; r < rounds; ++r) {
    for (int i = 0; i < chains; ++i) x[i] = _mm256_fmadd_ps(x[i], f, a);
  }
  for (int i = 1; i < chains; ++i) x[0] = _mm256_add_ps(x[0], x[i]);
  *sink = _mm256_cvtss_f32(x[0]) / chains;
  return 2.0 * 8 * chains * static_cast<double>(rounds);
}

// SSE2 has no FMA: a multiplication and an addition.
double fma_sse2(long long rounds, float* sink) {
  const __m128 f = _mm_set1_ps(factor), a = _mm_set1_ps(addend);
  __m128 x[chains];
  for (int i = 0; i < chains; ++i) x[i] = _mm_set1_ps(*sink + static_cast<float>(i));
  for (long long r = 0; r < rounds; ++r) {
    for (int i = 0; i < chains; ++i) x[i] = _mm_add_ps(_mm_mul_ps(x[i], f), a);
  }
  for (int i = 1; i < chains; ++i) x[0] = _mm_add_ps(x[0], x[i]);
  *sink = _mm_cvtss_f32(x[0]) / chains;
  return 2.0 * 4 * chains * static_cast<double>(rounds);
}

}  // namespace

double run_fma(long long rounds, float* sink) {
  if (__builtin_cpu_supports("avx512f")) return fma_avx512(rounds, sink);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return fma_avx2(rounds, sink);
  return fma_sse2(rounds, sink);
}

}  // namespace weir
