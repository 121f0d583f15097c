#include <emmintrin.h>

#include "core/product/kernels.hpp"

namespace weir::cpu {

namespace {

using Vector = __m128;
constexpr Index lanes = 4, panel_vectors = 2, dot_rows = 3, dot_rows_most = 24, block_depth = 512;
constexpr Index strip_rows_of[panel_vectors] = {12, 6};  // rows of a strip, for panels of 1, 2, ... vectors

inline Vector every(float x) { return _mm_set1_ps(x); }
inline Vector load(const float* x) { return _mm_loadu_ps(x); }
inline void store(float* x, Vector v) { _mm_storeu_ps(x, v); }
inline Vector fma(Vector a, Vector b, Vector c) { return _mm_add_ps(_mm_mul_ps(a, b), c); }  // rounds twice: SSE2 has no fused multiply-add
inline Vector add_product(Vector sum, Vector a, Vector b) { return fma(a, b, sum); }

inline Vector load_first(const float* x, Index n) {
  return _mm_setr_ps(x[0], n > 1 ? x[1] : 0.0f, n > 2 ? x[2] : 0.0f, n > 3 ? x[3] : 0.0f);
}
inline void store_first(float* x, Vector v, Index n) {
  if (n & 4) return store(x, v);
  if (n & 2) {
    _mm_storel_pi(reinterpret_cast<__m64*>(x), v);
    v = _mm_movehl_ps(v, v);
    x += 2;
  }
  if (n & 1) _mm_store_ss(x, v);
}

inline Vector load_quads(const float* x, Index) { return _mm_loadu_ps(x); }
inline Vector low(Vector a, Vector b) { return _mm_unpacklo_ps(a, b); }
inline Vector high(Vector a, Vector b) { return _mm_unpackhi_ps(a, b); }
inline Vector low_pairs(Vector a, Vector b) { return _mm_shuffle_ps(a, b, 0x44); }
inline Vector high_pairs(Vector a, Vector b) { return _mm_shuffle_ps(a, b, 0xee); }

}  // namespace

}  // namespace weir::cpu

#include "core/product/dot.hpp"
#include "core/product/outer.hpp"

namespace weir::cpu {
const ProductKernels sse2_kernels = {block_depth, pack_a, pack_b, packs_a, packs_b, outer_product, dot_product, dot_rows_most, transpose};
}  // namespace weir::cpu
