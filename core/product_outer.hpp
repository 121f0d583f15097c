#pragma once

#include "core/product_pack.hpp"

// A tile of the product as a sum of outer products: strips of a's rows times panels of b's columns, held in registers. Everything here is
// the including file's own, as in product_pack.hpp.
//
// An element of c is summed over each block of k on its own, in order, and the blocks are added in order: which elements share a tile, a
// strip or a panel changes no bits.

namespace weir::cpu {

namespace {

// c[strip, panel] (+)= a b over a block of k: a's element (i, p) lies at a + i a_row + p a_step, b's row p at b + p b_step.
struct OuterStep {
  Index depth = 0;
  const float* a = nullptr;
  Index a_row = 0, a_step = 0;
  const float* b = nullptr;
  Index b_step = 0;
  float* c = nullptr;
  Index ldc = 0;
  Index last_lanes = lanes;  // of the panel's last vector, how many are columns of c
  bool first = false;        // c is written, not added to
};

template <int Rows, int Vectors>
[[gnu::noinline]] void outer_kernel(const OuterStep& t) {
  Vector sum[Rows][Vectors];
#pragma GCC unroll 16
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < Vectors; ++j) sum[i][j] = every(0.0f);
  }
  // Rows are addressed from every third one, so that one index register serves all. The asm hides that the bases are related: clang would
  // reach each row from the one before, a chain of additions longer than the arithmetic.
  constexpr int bases = (Rows + 2) / 3;
  const Index a_row = t.a_row, a_step = t.a_step, b_step = t.b_step;
  const float *a[bases], *b = t.b;
#pragma GCC unroll 4
  for (int i = 0; i < bases; ++i) {
    a[i] = t.a + 3 * i * a_row;
    asm("" : "+r"(a[i]));
  }
  for (Index p = t.depth; p > 0; --p, b += b_step) {
    Vector row[Vectors];
#pragma GCC unroll 4
    for (int j = 0; j < Vectors; ++j) row[j] = load(b + j * lanes);
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i) {
      const Vector element = every(a[i / 3][i % 3 * a_row]);
#pragma GCC unroll 4
      for (int j = 0; j < Vectors; ++j) sum[i][j] = fma(element, row[j], sum[i][j]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < bases; ++i) a[i] += a_step;
  }
  const Index ldc = t.ldc, last_lanes = t.last_lanes;
  const bool first = t.first;
#pragma GCC unroll 16
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < Vectors; ++j) {
      float* c = t.c + i * ldc + j * lanes;
      if (j + 1 < Vectors || last_lanes == lanes) {
        store(c, first ? sum[i][j] : load(c) + sum[i][j]);
      } else {
        store_first(c, first ? sum[i][j] : load_first(c, last_lanes) + sum[i][j], last_lanes);
      }
    }
  }
}

// The kernel for so many rows and vectors of columns.
template <int Rows, int Vectors>
void run_outer(Index rows, Index vectors, const OuterStep& t) {
  if constexpr (Vectors > 1) {
    if (vectors < Vectors) return run_outer<Rows, Vectors - 1>(rows, vectors, t);
  }
  if constexpr (Rows > 1) {
    if (rows < Rows) return run_outer<Rows - 1, Vectors>(rows, vectors, t);
  }
  outer_kernel<Rows, Vectors>(t);
}

// The tile's part of one block of k: rows [k, k + depth) of op(b).
struct OuterBlock {
  const TileTask& t;
  Index k, depth;
  float *packed_a, *packed_b, *spare;

  OuterBlock(const TileTask& task, Index k_begin, Index k_count) : t(task), k(k_begin), depth(k_count) {
    packed_b = t.workspace;
    packed_a = packed_b + block_depth * tile_columns_most;
    spare = packed_a + block_depth * (block_rows + lanes_most);
  }

  Index panel_width(Index column) const { return ceil_div(smaller(panel_columns, t.columns - column), lanes) * lanes; }

  // Whole panels are read where they lie when one strip of rows uses them once, or when they stay in the first cache as they are: rows
  // begin with a cache line, an odd number of lines apart, so that they spread over all of its sets, and are not too many for its TLB.
  bool in_place(Index column) const {
    constexpr Index line = 16, rows_most = 96;
    const bool spread = t.ldb % (2 * line) == line && reinterpret_cast<std::uintptr_t>(t.b + column) % 64 == 0 && depth <= rows_most;
    return !t.transpose_b && (spread || t.rows <= strip_rows) && column + panel_width(column) <= t.columns;
  }

  // Rows of an operand may lie pages apart: a few of them at a time are cut into all of their panels or strips.
  template <class F>
  void for_rows(F f) const {
    constexpr Index rows_most = 16;
    for (Index p = 0; p < depth; p += rows_most) f(p, smaller(rows_most, depth - p));
  }

  void pack_b() const {
    if (t.transpose_b) {
      for (Index column = 0; column < t.columns; column += panel_columns) {
        const Index count = smaller(panel_columns, t.columns - column);
        pack_columns(t.b + column * t.ldb + k, t.ldb, depth, count, packed_b + column * depth, panel_width(column), spare);
      }
      return;
    }
    for_rows([&](Index p, Index rows) {
      for (Index column = 0; column < t.columns; column += panel_columns) {
        if (in_place(column)) continue;
        const Index count = smaller(panel_columns, t.columns - column), width = panel_width(column);
        pack_rows(t.b + (k + p) * t.ldb + column, t.ldb, rows, count, packed_b + column * depth + p * width, width);
      }
    });
  }

  // A strip's last row is written as whole vectors and may reach into the gap behind it.
  float* packed_strip(const Cut& strips, Index i) const { return packed_a + strips.begin(i) * depth + i * lanes; }

  void pack_a(Index row, const Cut& strips) const {
    for_rows([&](Index p, Index rows) {
      for (Index i = 0; i < strips.parts; ++i) {
        const Index count = strips.count(i);
        pack_rows(t.a + (k + p) * t.lda + row + strips.begin(i), t.lda, rows, count, packed_strip(strips, i) + p * count, count);
      }
    });
  }

  void multiply(Index row, const Cut& strips) const {
    OuterStep step;
    step.depth = depth;
    step.a_row = t.transpose_a ? 1 : t.lda;
    step.ldc = t.ldc;
    step.first = k == 0;
    for (Index column = 0; column < t.columns; column += panel_columns) {
      const Index width = panel_width(column);
      step.b = in_place(column) ? t.b + k * t.ldb + column : packed_b + column * depth;
      step.b_step = in_place(column) ? t.ldb : width;
      step.last_lanes = smaller(lanes, t.columns - column - width + lanes);
      for (Index i = 0; i < strips.parts; ++i) {
        const Index at = strips.begin(i), count = strips.count(i);
        step.a = t.transpose_a ? packed_strip(strips, i) : t.a + (row + at) * t.lda + k;
        step.a_step = t.transpose_a ? count : 1;
        step.c = t.c + (row + at) * t.ldc + column;
        run_outer<strip_rows, panel_vectors>(count, width / lanes, step);
      }
    }
  }
};

void outer_product(const TileTask& t) {
  const Index blocks = ceil_div(t.depth, block_depth), step = ceil_div(t.depth, 4 * blocks) * 4;
  const Cut chunks(t.rows, block_rows);
  for (Index k = 0; k < t.depth; k += step) {
    const OuterBlock block(t, k, smaller(step, t.depth - k));
    block.pack_b();
    for (Index i = 0; i < chunks.parts; ++i) {
      const Cut strips(chunks.count(i), strip_rows);
      if (t.transpose_a) block.pack_a(chunks.begin(i), strips);
      block.multiply(chunks.begin(i), strips);
    }
  }
}

}  // namespace

}  // namespace weir::cpu
