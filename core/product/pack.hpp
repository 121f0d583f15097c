#pragma once

#include "core/product/kernels.hpp"

// Copies operands into the order in which the kernels of one instruction set read them. Uses the vector functions that the including file
// defines, so everything here is local to that file. Reads nothing outside the operand, except in transpose.

namespace weir::cpu {

namespace {

inline Index smaller(Index a, Index b) { return a < b ? a : b; }
inline Index ceil_div(Index a, Index b) { return (a + b - 1) / b; }

// Splits [0, n) into as few parts as possible of at most `most`, nearly equal.
struct Cut {
  Index parts, size, larger;
  Cut(Index n, Index most) : parts(ceil_div(n, most)), size(n / parts), larger(n % parts) {}
  Index begin(Index part) const { return part * size + smaller(part, larger); }
  Index count(Index part) const { return part < larger ? size + 1 : size; }
};

// packed[p][i] = x[p ldx + i]: [depth, count] becomes [depth, width]. Stores whole vectors; elements behind count become zeros.
inline void pack_rows(const float* x, Index ldx, Index depth, Index count, float* packed, Index width) {
  constexpr Index whole = panel_vectors * lanes;
  if (count == whole) {
    for (Index p = 0; p < depth; ++p, x += ldx, packed += width) {
#pragma GCC unroll 4
      for (Index i = 0; i < whole; i += lanes) store(packed + i, load(x + i));
    }
  } else if (count <= lanes) {
    for (Index p = 0; p < depth; ++p, x += ldx, packed += width) store(packed, load_first(x, count));
  } else {
    const Index full = count / lanes * lanes;
    for (Index p = 0; p < depth; ++p, x += ldx, packed += width) {
      for (Index i = 0; i < full; i += lanes) store(packed + i, load(x + i));
      if (full < count) store(packed + full, load_first(x + full, count - full));
    }
  }
}

// packed[p] = finish(the vector of x[i ldx + p] over lanes i), for `lanes` rows of x: [lanes, depth] becomes [depth, lanes] with row stride
// width.
template <class F>
inline void transpose_lanes(const float* x, Index ldx, Index depth, float* packed, Index width, const F& finish) {
  Index p = 0;
  for (; p + 4 <= depth; p += 4, x += 4, packed += 4 * width) {
    const Vector a = load_quads(x, 4 * ldx), b = load_quads(x + ldx, 4 * ldx);
    const Vector c = load_quads(x + 2 * ldx, 4 * ldx), d = load_quads(x + 3 * ldx, 4 * ldx);
    store(packed, finish(low_pairs(low(a, b), low(c, d))));
    store(packed + width, finish(high_pairs(low(a, b), low(c, d))));
    store(packed + 2 * width, finish(low_pairs(high(a, b), high(c, d))));
    store(packed + 3 * width, finish(high_pairs(high(a, b), high(c, d))));
  }
  for (; p < depth; ++p, ++x, packed += width) {
    alignas(64) float line[lanes];
    for (Index i = 0; i < lanes; ++i) line[i] = x[i * ldx];
    store(packed, finish(load(line)));
  }
}

inline void transpose_lanes(const float* x, Index ldx, Index depth, float* packed, Index width) {
  transpose_lanes(x, ldx, depth, packed, width, [](Vector v) { return v; });
}

// packed[p][i] = x[i ldx + p]: [count, depth] becomes [depth, width]; width is count rounded up to whole vectors, padded with zeros. spare
// holds `lanes` rows of block_depth_most.
inline void pack_columns(const float* x, Index ldx, Index depth, Index count, float* packed, Index width, float* spare) {
  Index i = 0;
  for (; i + lanes <= count; i += lanes) transpose_lanes(x + i * ldx, ldx, depth, packed + i, width);
  if (i == count) return;
  pack_rows(x + i * ldx, ldx, count - i, depth, spare, block_depth_most);
  for (Index row = count - i; row < lanes; ++row) {
    for (Index p = 0; p < depth; ++p) spare[row * block_depth_most + p] = 0.0f;
  }
  transpose_lanes(spare, block_depth_most, depth, packed + i, width);
}

// c[columns, rows] = x[rows, columns]^T plus a bias; see ProductKernels.
inline void transpose(const float* x, Index ldx, Index rows, Index columns, const float* bias, float* c, Index ldc, float* spare) {
  Index i = 0;
  for (; i + lanes <= rows; i += lanes) {
    if (bias) {
      const Vector add = load(bias + i);
      transpose_lanes(x + i * ldx, ldx, columns, c + i, ldc, [add](Vector v) { return v + add; });
    } else {
      transpose_lanes(x + i * ldx, ldx, columns, c + i, ldc);
    }
  }
  if (i == rows) return;
  transpose_lanes(x + i * ldx, ldx, columns, spare, lanes);
  for (Index p = 0; p < columns; ++p) {
    const Vector v = load(spare + p * lanes);
    store_first(c + p * ldc + i, bias ? v + load_first(bias + i, rows - i) : v, rows - i);
  }
}

}  // namespace

}  // namespace weir::cpu
