#pragma once

#include "core/product_pack.hpp"

// A tile of the product as a sum of outer products: strips of a's rows times panels of b's columns, held in registers. Everything here is
// the including file's own, as in product_pack.hpp.
//
// An element of c is summed over each block of k on its own, in order, and the blocks are added in order: which elements share a tile, a
// strip or a panel changes no bits.

namespace weir::cpu {

namespace {

// How many rows go with a panel of so many vectors: as many sums as registers hold.
constexpr Index strip_rows(Index vectors) { return strip_rows_of[vectors - 1]; }

// The widest panels, but for few rows those with which one strip holds them all.
inline Index panel_vectors_for(Index rows) {
  for (Index vectors = panel_vectors; vectors > 0; --vectors) {
    if (rows <= strip_rows(vectors)) return vectors;
  }
  return panel_vectors;
}

// Packed, a's rows lie side by side, this many, in one or more whole strips.
constexpr Index group_rows = 12;

// c[strip, panel] (+)= a b over a block of k: a's element (i, p) lies at a + i a_row + p, or at a + p group_rows + i when packed; b's row
// p at b + p b_step.
struct OuterStep {
  Index depth = 0;
  const float* a = nullptr;
  Index a_row = 0;
  const float* b = nullptr;
  Index b_step = 0;
  float* c = nullptr;
  Index ldc = 0;
  Index last_lanes = lanes;  // of the panel's last vector, how many are columns of c
  bool first = false;        // c is written, not added to
};

template <int Rows, int Vectors, bool Packed>
[[gnu::noinline]] void outer_kernel(const OuterStep& t) {
  Vector sum[Rows][Vectors];
#pragma GCC unroll 16
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < Vectors; ++j) sum[i][j] = every(0.0f);
  }
  // Rows are addressed from every third one, so that one index register serves all. The asm hides that the bases are related: clang would
  // reach each row from the one before, a chain of additions longer than the arithmetic.
  constexpr int bases = Packed ? 1 : (Rows + 2) / 3;
  const Index a_row = t.a_row, b_step = t.b_step;
  const float *a[bases], *b = t.b;
#pragma GCC unroll 4
  for (int i = 0; i < bases; ++i) {
    a[i] = t.a + 3 * i * a_row;
    asm("" : "+r"(a[i]));
  }
  const auto take = [&](int p) __attribute__((always_inline)) {  // one row of b, p behind a; b goes on
    Vector row[Vectors];
#pragma GCC unroll 4
    for (int j = 0; j < Vectors; ++j) row[j] = load(b + j * lanes);
    b += b_step;
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i) {
      const Vector element = every(Packed ? a[0][p * group_rows + i] : a[i / 3][i % 3 * a_row + p]);
#pragma GCC unroll 4
      for (int j = 0; j < Vectors; ++j) sum[i][j] = fma(element, row[j], sum[i][j]);
    }
  };
  const auto pass = [&](int count) __attribute__((always_inline)) {
#pragma GCC unroll 4
    for (int i = 0; i < bases; ++i) a[i] += Packed ? count * group_rows : count;
  };
  constexpr int at_once = 4;
  Index p = t.depth;
  for (; p >= at_once; p -= at_once) {
#pragma GCC unroll 4
    for (int i = 0; i < at_once; ++i) take(i);
    pass(at_once);
  }
  for (; p > 0; --p) {
    take(0);
    pass(1);
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
template <bool Packed, int Vectors = panel_vectors, int Rows = strip_rows(Vectors)>
void run_outer(Index rows, Index vectors, const OuterStep& t) {
  if constexpr (Vectors > 1) {
    if (vectors < Vectors) return run_outer<Packed, Vectors - 1>(rows, vectors, t);
  }
  if constexpr (Rows > 1) {
    if (rows < Rows) return run_outer<Packed, Vectors, Rows - 1>(rows, vectors, t);
  }
  outer_kernel<Rows, Vectors, Packed>(t);
}

// The tile's part of one block of k: rows [k, k + depth) of op(b).
struct OuterBlock {
  const TileTask& t;
  Index k, depth;
  Cut panels;  // in vectors
  float *packed_a, *packed_b, *spare;

  OuterBlock(const TileTask& task, Index k_begin, Index k_count)
      : t(task), k(k_begin), depth(k_count), panels(ceil_div(t.columns, lanes), panel_vectors_for(t.rows)) {
    packed_b = t.workspace;
    packed_a = packed_b + block_depth * tile_columns_most;
    spare = packed_a + block_depth * (block_rows + lanes_most);
  }

  Index strip_rows_most() const { return strip_rows(panels.count(0)); }
  Index packed_strip_rows() const { return group_rows / ceil_div(group_rows, strip_rows_most()); }
  Index panel_begin(Index j) const { return panels.begin(j) * lanes; }
  Index panel_width(Index j) const { return panels.count(j) * lanes; }
  Index panel_columns(Index j) const { return smaller(panel_width(j), t.columns - panel_begin(j)); }
  float* packed_panel(Index j) const { return packed_b + panel_begin(j) * depth; }

  bool shallow() const { return depth <= 96; }

  // Whole panels are read where they lie when one strip of rows uses them once, or when they stay in the first cache as they are: rows
  // begin with a cache line, an odd number of lines apart, so that they spread over all of its sets, and are not too many for its TLB.
  bool in_place(Index j) const {
    constexpr Index line = 16;
    const bool spread = t.ldb % (2 * line) == line && reinterpret_cast<std::uintptr_t>(t.b + panel_begin(j)) % 64 == 0;
    return !t.transpose_b && ((spread && shallow()) || t.rows <= strip_rows_most()) && panel_columns(j) == panel_width(j);
  }

  // Rows of an operand may lie pages apart: a few of them at a time are cut into all of their panels or strips.
  template <class F>
  void for_rows(F f) const {
    constexpr Index rows_most = 16;
    for (Index p = 0; p < depth; p += rows_most) f(p, smaller(rows_most, depth - p));
  }

  void pack_b() const {
    if (t.transpose_b) {
      for (Index j = 0; j < panels.parts; ++j) {
        pack_columns(t.b + panel_begin(j) * t.ldb + k, t.ldb, depth, panel_columns(j), packed_panel(j), panel_width(j), spare);
      }
      return;
    }
    for_rows([&](Index p, Index rows) {
      for (Index j = 0; j < panels.parts; ++j) {
        if (in_place(j)) continue;
        const Index width = panel_width(j);
        pack_rows(t.b + (k + p) * t.ldb + panel_begin(j), t.ldb, rows, panel_columns(j), packed_panel(j) + p * width, width);
      }
    });
  }

  // A group's last row is written as whole vectors and may reach into the gap behind it.
  float* packed_group(Index row) const { return packed_a + row / group_rows * (group_rows * depth + lanes); }

  void pack_a(Index row, Index rows) const {
    for_rows([&](Index p, Index count) {
      for (Index i = 0; i < rows; i += group_rows) {
        pack_rows(t.a + (k + p) * t.lda + row + i, t.lda, count, smaller(group_rows, rows - i), packed_group(i) + p * group_rows,
                  group_rows);
      }
    });
  }

  // Shallow panels stay in the first cache while the strips pass by, other strips while the panels do.
  template <bool Packed>
  void multiply(Index row, Index rows) const {
    const Index most = Packed ? packed_strip_rows() : strip_rows_most();
    OuterStep step;
    step.depth = depth;
    step.a_row = t.lda;
    step.ldc = t.ldc;
    step.first = k == 0;
    const auto part = [&](Index i, Index j) {
      const Index width = panel_width(j);
      step.a = Packed ? packed_group(i) + i % group_rows : t.a + (row + i) * t.lda + k;
      step.b = in_place(j) ? t.b + k * t.ldb + panel_begin(j) : packed_panel(j);
      step.b_step = in_place(j) ? t.ldb : width;
      step.last_lanes = lanes - (width - panel_columns(j));
      step.c = t.c + (row + i) * t.ldc + panel_begin(j);
      run_outer<Packed>(smaller(most, rows - i), width / lanes, step);
    };
    if (shallow()) {
      for (Index j = 0; j < panels.parts; ++j) {
        for (Index i = 0; i < rows; i += most) part(i, j);
      }
    } else {
      for (Index i = 0; i < rows; i += most) {
        for (Index j = 0; j < panels.parts; ++j) part(i, j);
      }
    }
  }
};

void outer_product(const TileTask& t) {
  const Index blocks = ceil_div(t.depth, block_depth), step = ceil_div(t.depth, 4 * blocks) * 4;
  for (Index k = 0; k < t.depth; k += step) {
    const OuterBlock block(t, k, smaller(step, t.depth - k));
    block.pack_b();
    if (!t.transpose_a) {
      block.multiply<false>(0, t.rows);
      continue;
    }
    for (Index row = 0; row < t.rows; row += block_rows) {
      const Index rows = smaller(block_rows, t.rows - row);
      block.pack_a(row, rows);
      block.multiply<true>(row, rows);
    }
  }
}

}  // namespace

}  // namespace weir::cpu
