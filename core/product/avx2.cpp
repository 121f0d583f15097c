#include <immintrin.h>

#include "core/product/kernels.hpp"

namespace weir::cpu {

namespace {

using Vector = __m256;
constexpr Index lanes = 8, panel_vectors = 2, dot_rows = 3, dot_rows_most = 11, block_depth = 1024;
constexpr Index strip_rows_of[panel_vectors] = {12, 6};  // rows of a strip, for panels of 1, 2, ... vectors

inline Vector every(float x) { return _mm256_set1_ps(x); }
inline Vector load(const float* x) { return _mm256_loadu_ps(x); }
inline void store(float* x, Vector v) { _mm256_storeu_ps(x, v); }
inline Vector fma(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }
// Fused multiply-add as asm, so that b stays in a register: g++ would otherwise read b from memory at each use, and the loads would limit
// the kernels (measured on Zen 4: 0.6 of the peak rate). `sum` is passed by value: a sum that asm refers to in an array would stay in
// memory.
inline Vector add_product(Vector sum, Vector a, Vector b) {
  asm("vfmadd231ps {%2, %1, %0|%0, %1, %2}" : "+x"(sum) : "x"(a), "x"(b));
  return sum;
}

constexpr int masks[2 * lanes] = {-1, -1, -1, -1, -1, -1, -1, -1};
inline __m256i first(Index n) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(masks + lanes - n)); }
inline Vector load_first(const float* x, Index n) { return _mm256_maskload_ps(x, first(n)); }
// Not maskstore, which is slow on some processors.
inline void store_first(float* x, Vector v, Index n) {
  if (n == lanes) return store(x, v);
  __m128 part = _mm256_castps256_ps128(v);
  if (n & 4) {
    _mm_storeu_ps(x, part);
    part = _mm256_extractf128_ps(v, 1);
    x += 4;
  }
  if (n & 2) {
    _mm_storel_pi(reinterpret_cast<__m64*>(x), part);
    part = _mm_movehl_ps(part, part);
    x += 2;
  }
  if (n & 1) _mm_store_ss(x, part);
}

inline Vector load_quads(const float* x, Index stride) {
  return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(x)), _mm_loadu_ps(x + stride), 1);
}
inline Vector low(Vector a, Vector b) { return _mm256_unpacklo_ps(a, b); }
inline Vector high(Vector a, Vector b) { return _mm256_unpackhi_ps(a, b); }
inline Vector low_pairs(Vector a, Vector b) { return _mm256_shuffle_ps(a, b, 0x44); }
inline Vector high_pairs(Vector a, Vector b) { return _mm256_shuffle_ps(a, b, 0xee); }

}  // namespace

}  // namespace weir::cpu

#include "core/product/dot.hpp"
#include "core/product/outer.hpp"

namespace weir::cpu {
const ProductKernels avx2_kernels = {block_depth, pack_a, pack_b, packs_a, packs_b, outer_product, dot_product, dot_rows_most, transpose};
}  // namespace weir::cpu
