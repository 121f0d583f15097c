#pragma once

#include "core/product/pack.hpp"

// A strip of a times a panel of b as a sum of outer products, held in registers. Everything here is local to the including file, as in
// pack.hpp.

namespace weir::cpu {

namespace {

// Rows of a strip for a panel of so many vectors: as many sums as there are registers.
constexpr Index strip_rows(Index vectors) { return strip_rows_of[vectors - 1]; }

// What to prefetch for the next strip when a exceeds L2, spread evenly over this strip's panels: `lines` cache lines of each of `rows`
// rows, which begin `step` floats apart.
struct Prefetch {
  const float* first = nullptr;
  Index step = 0, rows = 0, lines = 0;
};

// c[strip, panel] (+)= a b (+ bias) over a block of k. a's element (i, p) is at a + i a_step + p, or at a + p a_step + i when Across; b's
// row p is at b + p b_step.
struct OuterStep {
  Index depth;
  const float* a;
  Index a_step;
  const float* b;
  Index b_step;
  float* c;
  Index ldc;
  Index last_lanes;   // how many lanes of the panel's last vector are columns of c
  bool first;         // overwrite c instead of adding to it
  const float* bias;  // added to each row; nullptr: none
  Prefetch ahead;     // used only by kernels with Prefetches
};

template <int Rows, int Vectors, bool Across, bool Prefetches = false>
[[gnu::noinline]] void outer_kernel(const OuterStep& t) {
  Vector sum[Rows][Vectors];
#pragma GCC unroll 16
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < Vectors; ++j) sum[i][j] = every(0.0f);
  }
  // Rows are addressed relative to every third row, so that one index register serves all. The asm hides how the base pointers are related:
  // clang would compute each row from the one before, a chain of additions longer than the arithmetic.
  constexpr int bases = Across ? 1 : (Rows + 2) / 3;
  const Index a_step = t.a_step, b_step = t.b_step;
  const float *a[bases], *b = t.b;
#pragma GCC unroll 4
  for (int i = 0; i < bases; ++i) {
    a[i] = t.a + 3 * i * a_step;
    asm("" : "+r"(a[i]));
  }
  // Adds one row of b times the elements of a that are p steps along k from a; then advances b, and a too when Across. step is a_step.
  const auto take = [&](int p, Index step) __attribute__((always_inline)) {
    Vector row[Vectors];
#pragma GCC unroll 4
    for (int j = 0; j < Vectors; ++j) row[j] = load(b + j * lanes);
    b += b_step;
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i) {
      const Vector element = every(Across ? a[0][i] : a[i / 3][i % 3 * step + p]);
#pragma GCC unroll 4
      for (int j = 0; j < Vectors; ++j) sum[i][j] = add_product(sum[i][j], element, row[j]);
    }
    if constexpr (Across) a[0] += step;
  };
  const auto pass = [&](int count) __attribute__((always_inline)) {
    if constexpr (!Across) {
#pragma GCC unroll 4
      for (int i = 0; i < bases; ++i) a[i] += count;
    }
  };
  constexpr int at_once = 4;
  const auto take_some = [&]() __attribute__((always_inline)) {
    Index step = a_step;
    if constexpr (!Across) asm("" : "+r"(step));  // else g++ keeps each sum of step and a constant in a register, too many
#pragma GCC unroll 4
    for (int i = 0; i < at_once; ++i) take(i, step);
    pass(at_once);
  };
  // Prefetches c while the sums are formed, even where c is only written; one row at a time, because all rows at once would delay the loads
  // of b.
  Index p = t.depth;
  const float* c_row = t.c;
  for (int i = 0; i < Rows && p >= at_once; ++i, p -= at_once, c_row += t.ldc) {
#pragma GCC unroll 4
    for (int j = 0; j < Vectors; ++j) __builtin_prefetch(c_row + j * lanes, 1);
    take_some();
  }
  // Prefetches the next strip's part of a one line at a time for the same reason (measured: all lines at once gain nothing).
  const float* line = t.ahead.first;
  Index left = t.ahead.rows * t.ahead.lines, in_row = t.ahead.lines;
  for (; p >= at_once; p -= at_once) {
    if constexpr (Prefetches) {
      if (left > 0) {
        __builtin_prefetch(line);
        line += line_floats;
        --left;
        if (--in_row == 0) {
          in_row = t.ahead.lines;
          line += t.ahead.step - in_row * line_floats;
        }
      }
    }
    take_some();
  }
  for (; p > 0; --p) {
    take(0, a_step);
    pass(1);
  }
  const Index ldc = t.ldc, last_lanes = t.last_lanes;
  const bool first = t.first;
  // finish(sum, j, load_part) returns what to store for the sum in vector j; load_part loads only as many lanes as c has columns there. The
  // version without a bias is separate code: testing for a bias at each vector cost shallow products up to 5 % (AVX2).
  const auto write = [&](auto&& finish) __attribute__((always_inline)) {
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
      for (int j = 0; j < Vectors; ++j) {
        float* c = t.c + i * ldc + j * lanes;
        if (j + 1 < Vectors || last_lanes == lanes) {
          const auto part = [](const float* x) { return load(x); };
          store(c, finish(first ? sum[i][j] : load(c) + sum[i][j], j, part));
        } else {
          const auto part = [last_lanes](const float* x) { return load_first(x, last_lanes); };
          store_first(c, finish(first ? sum[i][j] : load_first(c, last_lanes) + sum[i][j], j, part), last_lanes);
        }
      }
    }
  };
  if (const float* bias = t.bias) {
    write([bias](Vector v, int j, auto&& load_part) { return v + load_part(bias + j * lanes); });
  } else {
    write([](Vector v, int, auto&&) { return v; });
  }
}

}  // namespace

}  // namespace weir::cpu
