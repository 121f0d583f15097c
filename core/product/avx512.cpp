#include <immintrin.h>

#include "core/product/kernels.hpp"

namespace weir::cpu {

namespace {

using Vector = __m512;
constexpr Index lanes = 16, panel_vectors = 4, dot_rows = 4, dot_rows_most = 24, block_depth = 800;
constexpr Index strip_rows_of[panel_vectors] = {12, 12, 8, 6};  // rows of a strip, for panels of 1, 2, ... vectors

inline Vector every(float x) { return _mm512_set1_ps(x); }
inline Vector load(const float* x) { return _mm512_loadu_ps(x); }
inline void store(float* x, Vector v) { _mm512_storeu_ps(x, v); }
inline Vector fma(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }
// Fused multiply-add as asm, so that sum and a keep their registers: g++ would otherwise copy a first and write the result over the copy,
// and keep a sum in memory.
inline Vector add_product(Vector sum, Vector a, Vector b) {
  asm("vfmadd231ps {%2, %1, %0|%0, %1, %2}" : "+v"(sum) : "v"(a), "v"(b));
  return sum;
}

inline __mmask16 first(Index n) { return static_cast<__mmask16>((1u << n) - 1); }
inline Vector load_first(const float* x, Index n) { return _mm512_maskz_loadu_ps(first(n), x); }
inline void store_first(float* x, Vector v, Index n) { _mm512_mask_storeu_ps(x, first(n), v); }

inline Vector load_quads(const float* x, Index stride) {
  const Vector v = _mm512_insertf32x4(_mm512_castps128_ps512(_mm_loadu_ps(x)), _mm_loadu_ps(x + stride), 1);
  return _mm512_insertf32x4(_mm512_insertf32x4(v, _mm_loadu_ps(x + 2 * stride), 2), _mm_loadu_ps(x + 3 * stride), 3);
}
// Masked with all lanes on: the unmasked form makes g++ 12 warn in its own header.
inline Vector low(Vector a, Vector b) { return _mm512_maskz_unpacklo_ps(0xffff, a, b); }
inline Vector high(Vector a, Vector b) { return _mm512_maskz_unpackhi_ps(0xffff, a, b); }
inline Vector low_pairs(Vector a, Vector b) { return _mm512_maskz_shuffle_ps(0xffff, a, b, 0x44); }
inline Vector high_pairs(Vector a, Vector b) { return _mm512_maskz_shuffle_ps(0xffff, a, b, 0xee); }

}  // namespace

}  // namespace weir::cpu

#include "core/product/avx512_kernel.hpp"
#include "core/product/dot.hpp"
#include "core/product/outer.hpp"

namespace weir::cpu {
const ProductKernels avx512_kernels = {block_depth, pack_a, pack_b, packs_a, packs_b, outer_product, dot_product, dot_rows_most, transpose};
}  // namespace weir::cpu
