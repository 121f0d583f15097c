#pragma once

#include "core/product/pack.hpp"

// A tile with few rows or few columns and b transposed: dot products of rows that are contiguous in memory, several at a time. Everything
// here is local to the including file, as in pack.hpp. An element of c is summed in lanes, lane i over every k that is i modulo the number
// of lanes; the lanes are then added in a fixed tree.

namespace weir::cpu {

namespace {

constexpr int dot_columns = 4;

// sums[i] = sum over the lanes of vectors[i].
inline void sum_lanes(const Vector* vectors, float* sums) {
  const Vector ab_low = low(vectors[0], vectors[1]), ab_high = high(vectors[0], vectors[1]);
  const Vector cd_low = low(vectors[2], vectors[3]), cd_high = high(vectors[2], vectors[3]);
  alignas(64) float quads[lanes];
  store(quads, (low_pairs(ab_low, cd_low) + high_pairs(ab_low, cd_low)) + (low_pairs(ab_high, cd_high) + high_pairs(ab_high, cd_high)));
  for (Index width = lanes / 2; width >= 4; width /= 2) {
    for (Index i = 0; i < width; ++i) quads[i] += quads[width + i];
  }
  for (int i = 0; i < 4; ++i) sums[i] = quads[i];
}

// c[Rows, count] = a[Rows, depth] b[count, depth]^T + bias, for count up to 4 Groups. Missing columns repeat the last one.
template <int Rows, int Groups>
void dot_kernel(const TileTask& t, Index row, Index column, Index count) {
  constexpr int columns = dot_columns * Groups;
  const float *a = t.a + row * t.lda, *b[columns];
  for (Index j = 0; j < columns; ++j) b[j] = t.b + (column + smaller(j, count - 1)) * t.ldb;
  Vector sum[Rows][columns];
#pragma GCC unroll 4
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < columns; ++j) sum[i][j] = every(0.0f);
  }
  const auto step = [&](auto&& load_part, Index k) __attribute__((always_inline)) {
    Vector x[Rows];
#pragma GCC unroll 4
    for (int i = 0; i < Rows; ++i) x[i] = load_part(a + i * t.lda + k);
#pragma GCC unroll 8
    for (int j = 0; j < columns; ++j) {
      const Vector w = load_part(b[j] + k);
#pragma GCC unroll 4
      for (int i = 0; i < Rows; ++i) sum[i][j] = fma(x[i], w, sum[i][j]);
    }
  };
  const Index full = t.depth / lanes * lanes, rest = t.depth - full;
  const auto whole = [&](Index k) __attribute__((always_inline)) {
    step([](const float* x) { return load(x); }, k);
  };
  Index k = 0;
  // With one row, loading b from the caches is the limit. A short loop loads from few instruction addresses; the processor's prefetcher
  // tracks these and then slows the loads from L2 by a factor of 1.5. 200 addresses are too many for it to track (measured on a Zen 5;
  // vectors of four are slower than that anyway).
  if constexpr (Rows == 1 && lanes > 4) {
    constexpr Index at_once = 24;
    for (; k + at_once * lanes <= full; k += at_once * lanes) {
#pragma GCC unroll 24
      for (Index i = 0; i < at_once; ++i) whole(k + i * lanes);
    }
  }
  for (; k < full; k += lanes) whole(k);
  if (rest > 0) step([rest](const float* x) { return load_first(x, rest); }, full);
  for (int i = 0; i < Rows; ++i) {
    float sums[columns];
    for (int group = 0; group < Groups; ++group) sum_lanes(sum[i] + dot_columns * group, sums + dot_columns * group);
    float* c = t.c + (row + i) * t.ldc + column;
    if (t.bias) {
      for (Index j = 0; j < count; ++j) c[j] = sums[j] + t.bias[column + j];
    } else {
      for (Index j = 0; j < count; ++j) c[j] = sums[j];
    }
  }
}

template <int Rows>
void run_dot(const TileTask& t, Index row, Index rows, Index column, Index count) {
  if constexpr (Rows > 1) {
    if (rows < Rows) return run_dot<Rows - 1>(t, row, rows, column, count);
  }
  dot_kernel<Rows, Rows == 1 ? 2 : 1>(t, row, column, count);
}

// Loops so that the shorter side is the one that is read repeatedly.
void dot_product(const TileTask& t) {
  const Cut strips(t.rows, dot_rows);
  const Index width = t.rows == 1 ? 2 * dot_columns : dot_columns, groups = ceil_div(t.columns, width);
  const auto multiply = [&](Index strip, Index group) {
    const Index column = group * width;
    run_dot<dot_rows>(t, strips.begin(strip), strips.count(strip), column, smaller(width, t.columns - column));
  };
  if (t.rows < t.columns) {
    for (Index group = 0; group < groups; ++group) {
      for (Index strip = 0; strip < strips.parts; ++strip) multiply(strip, group);
    }
  } else {
    for (Index strip = 0; strip < strips.parts; ++strip) {
      for (Index group = 0; group < groups; ++group) multiply(strip, group);
    }
  }
  if (t.epilogue.run) t.epilogue.run(t.epilogue.user, {t.row, t.rows, t.column, t.columns});
}

}  // namespace

}  // namespace weir::cpu
