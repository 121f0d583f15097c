#include <arm_neon.h>

#include "core/product/kernels.hpp"

namespace weir::cpu {

namespace {

using Vector = float32x4_t;
constexpr Index lanes = 4, panel_vectors = 4, dot_rows = 4, dot_rows_most = 24, block_depth = 512;
constexpr Index strip_rows_of[panel_vectors] = {12, 12, 8, 6};  // rows of a strip, for panels of 1, 2, ... vectors

inline Vector every(float x) { return vdupq_n_f32(x); }
inline Vector load(const float* x) { return vld1q_f32(x); }
inline void store(float* x, Vector v) { vst1q_f32(x, v); }
inline Vector fma(Vector a, Vector b, Vector c) { return vfmaq_f32(c, a, b); }
inline Vector add_product(Vector sum, Vector a, Vector b) { return fma(a, b, sum); }

inline void store_first(float* x, Vector v, Index n) {
  float all[lanes];
  vst1q_f32(all, v);
  for (Index i = 0; i < n; ++i) x[i] = all[i];
}
inline Vector load_first(const float* x, Index n) {
  float all[lanes] = {};
  for (Index i = 0; i < n; ++i) all[i] = x[i];
  return vld1q_f32(all);
}

inline Vector load_quads(const float* x, Index) { return vld1q_f32(x); }
inline Vector low(Vector a, Vector b) { return vzip1q_f32(a, b); }
inline Vector high(Vector a, Vector b) { return vzip2q_f32(a, b); }
inline Vector low_pairs(Vector a, Vector b) { return vcombine_f32(vget_low_f32(a), vget_low_f32(b)); }
inline Vector high_pairs(Vector a, Vector b) { return vcombine_f32(vget_high_f32(a), vget_high_f32(b)); }

}  // namespace

}  // namespace weir::cpu

#include "core/product/dot.hpp"
#include "core/product/outer.hpp"

namespace weir::cpu {
const ProductKernels neon_kernels = {block_depth, pack_a, pack_b, packs_a, packs_b, outer_product, dot_product, dot_rows_most, transpose};
}  // namespace weir::cpu
