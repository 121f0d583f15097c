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

// What a later step reads and this one asks for: so many lines of each of some rows, step floats apart.
struct Ahead {
  const float* first = nullptr;
  Index step = 0, rows = 0, lines = 0;
};

// c[strip, panel] (+)= a b (+ bias) over a block of k: a's element (i, p) lies at a + i a_step + p, or at a + p a_step + i when across; b's
// row p at b + p b_step.
struct OuterStep {
  Index depth;
  const float* a;
  Index a_step;
  const float* b;
  Index b_step;
  float* c;
  Index ldc;
  Index last_lanes;   // of the panel's last vector, how many are columns of c
  bool first;         // c is written, not added to
  const float* bias;  // added to each row of what c becomes; nullptr: none
  Ahead ahead;        // heeded by kernels that say so
};

template <int Rows, int Vectors, bool Across, bool Heeds = false>
[[gnu::noinline]] void outer_kernel(const OuterStep& t) {
  Vector sum[Rows][Vectors];
#pragma GCC unroll 16
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < Vectors; ++j) sum[i][j] = every(0.0f);
  }
  // Rows are addressed from every third one, so that one index register serves all. The asm hides that the bases are related: clang would
  // reach each row from the one before, a chain of additions longer than the arithmetic.
  constexpr int bases = Across ? 1 : (Rows + 2) / 3;
  const Index a_step = t.a_step, b_step = t.b_step;
  const float *a[bases], *b = t.b;
#pragma GCC unroll 4
  for (int i = 0; i < bases; ++i) {
    a[i] = t.a + 3 * i * a_step;
    asm("" : "+r"(a[i]));
  }
  // One row of b, p behind a; b goes on, and so does an a that lies across. step is a_step.
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
    if constexpr (!Across) asm("" : "+r"(step));  // else g++ would have a register for each sum of it and a constant: too many
#pragma GCC unroll 4
    for (int i = 0; i < at_once; ++i) take(i, step);
    pass(at_once);
  };
  // c is on its way while the sums are formed, even where it is only written: a row at a time, for all at once would keep b waiting.
  Index p = t.depth;
  const float* c_row = t.c;
  for (int i = 0; i < Rows && p >= at_once; ++i, p -= at_once, c_row += t.ldc) {
#pragma GCC unroll 4
    for (int j = 0; j < Vectors; ++j) __builtin_prefetch(c_row + j * lanes, 1);
    take_some();
  }
  // So is what comes next, a line at a time for the same reason (measured: in a burst it gains nothing).
  const float* line = t.ahead.first;
  Index left = t.ahead.rows * t.ahead.lines, in_row = t.ahead.lines;
  for (; p >= at_once; p -= at_once) {
    if constexpr (Heeds) {
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
  // finish(sum, j, load_part): what is written of the sum in vector j; load_part reads as many lanes as c has columns there. Without a bias
  // there is a copy of its own: to look for one at each vector cost shallow products up to 5 % (AVX2).
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

// The kernels for so many vectors of columns, and of those the one for so many rows: of[vectors - 1][rows - 1].
using OuterKernel = void (*)(const OuterStep&);

template <bool Across>
struct OuterKernels {
  OuterKernel of[panel_vectors][strip_rows(1)] = {};

  constexpr OuterKernels() { fill<panel_vectors, strip_rows(panel_vectors)>(); }

 private:
  template <int Vectors, int Rows>
  constexpr void fill() {
    of[Vectors - 1][Rows - 1] = outer_kernel<Rows, Vectors, Across>;
    if constexpr (Rows > 1) {
      fill<Vectors, Rows - 1>();
    } else if constexpr (Vectors > 1) {
      fill<Vectors - 1, strip_rows(Vectors - 1)>();
    }
  }
};

template <bool Across>
constexpr OuterKernels<Across> outer_kernels;

// The one that large products mostly run is there a second time: what it asks for in advance costs it registers, which small products
// would pay for.
constexpr Index heeding_rows = strip_rows(panel_vectors), heeding_vectors = panel_vectors;

template <bool Across>
constexpr OuterKernel heeding_kernel = outer_kernel<heeding_rows, heeding_vectors, Across, true>;

// What is packed, where, and in which order the kernels see it.
struct OuterTile {
  const TileTask& t;
  Cut panels;  // in vectors

  explicit OuterTile(const TileTask& task) : t(task), panels(ceil_div(t.columns, lanes), panel_vectors_for(t.rows)) {}

  Index strip_rows_most() const { return strip_rows(panels.count(0)); }
  Index panel_begin(Index j) const { return panels.begin(j) * lanes; }
  Index panel_width(Index j) const { return panels.count(j) * lanes; }
  Index panel_columns(Index j) const { return smaller(panel_width(j), t.columns - panel_begin(j)); }
  float* packed_panel(Index j) const { return t.packed_b + panel_begin(j) * t.depth; }

  static constexpr Index shallow_most = 128;
  bool shallow() const { return t.depth <= shallow_most; }

  static Index apart(Index ld) { return ld & -ld; }  // rows ld floats apart lie a multiple of this power of two apart

  // Whether a line of each row of an operand stays in the first cache: rows a power of two apart share few of its sets.
  bool near(Index ld) const {
    constexpr Index first_cache = 1 << 13;
    return t.depth * (apart(ld) > line_floats ? apart(ld) : line_floats) <= first_cache;
  }

  // Whole panels are read where they lie when one strip of rows uses them once, or when they are shallow and near and their rows begin with
  // a line. Deep ones are packed: a dense layer's weights come from the core that updated them, and packing fetches them in longer runs
  // than kernels do (measured: in place 2 % less of a step's time on one thread, 1 to 2 % more on two).
  bool in_place(Index j) const {
    const bool aligned = reinterpret_cast<std::uintptr_t>(t.b + panel_begin(j)) % 64 == 0 && t.ldb % line_floats == 0;
    return !t.transpose_b && ((aligned && shallow() && near(t.ldb)) || t.rows <= strip_rows_most()) &&
           panel_columns(j) == panel_width(j);
  }

  // A transposed a is read anew for each panel. Wide panels are few, and then the second cache will do, but for rows whole pages apart: all
  // share one set of the first cache and few of the second (measured).
  bool packs_a() const {
    constexpr Index page_floats = 1 << 10;
    constexpr bool narrow = panel_vectors * lanes < 64;
    return t.transpose_a && !near(t.lda) && (narrow || apart(t.lda) >= page_floats);
  }

  bool packs_b() const {
    for (Index j = 0; j < panels.parts; ++j) {
      if (!in_place(j)) return true;
    }
    return false;
  }

  // Rows of an operand may lie pages apart, and then share a set of the first cache, which holds eight of their lines: so many at a time
  // are cut into all of their panels or strips.
  template <class F>
  void for_rows(F f) const {
    constexpr Index rows_most = 8;
    for (Index p = 0; p < t.depth; p += rows_most) f(p, smaller(rows_most, t.depth - p));
  }

  void pack_b() const {
    if (t.transpose_b) {
      for (Index j = 0; j < panels.parts; ++j) {
        pack_columns(t.b + panel_begin(j) * t.ldb, t.ldb, t.depth, panel_columns(j), packed_panel(j), panel_width(j), t.spare);
      }
      return;
    }
    for_rows([&](Index p, Index rows) {
      for (Index j = 0; j < panels.parts; ++j) {
        if (in_place(j)) continue;
        const Index width = panel_width(j);
        pack_rows(t.b + p * t.ldb + panel_begin(j), t.ldb, rows, panel_columns(j), packed_panel(j) + p * width, width);
      }
    });
  }

  // A group's last row is written as whole vectors and may reach into the gap behind it.
  float* packed_group(Index row) const { return t.packed_a + row / group_rows * (group_rows * t.depth + lanes_most); }

  void pack_a(Index row, Index rows) const {
    for_rows([&](Index p, Index count) {
      for (Index i = 0; i < rows; i += group_rows) {
        pack_rows(t.a + p * t.lda + row + i, t.lda, count, smaller(group_rows, rows - i), packed_group(i) + p * group_rows, group_rows);
      }
    });
  }

  // A panel as the kernels see it, but for the strip. Made once for all of them: a processor has some 50 cycles of a kernel's work at hand,
  // and what lies between two kernels and takes longer is waited for.
  struct Panel {
    OuterStep step;  // its a and c come with the strip
    const OuterKernel* kernels;
    float* c;

    void multiply(OuterKernel kernel, const float* a, Index row) {
      step.a = a;
      step.c = c + row * step.ldc;
      kernel(step);
    }
    void multiply(const float* a, Index row, Index rows) { multiply(kernels[rows - 1], a, row); }
  };

  template <bool Across>
  Panel panel(Index j, Index a_step, float* c) const {
    const bool here = in_place(j);
    Panel p;
    p.step.depth = t.depth;
    p.step.a_step = a_step;
    p.step.b = here ? t.b + panel_begin(j) : packed_panel(j);
    p.step.b_step = here ? t.ldb : panel_width(j);
    p.step.ldc = t.ldc;
    p.step.last_lanes = lanes - (panel_width(j) - panel_columns(j));
    p.step.first = t.first;
    p.step.bias = t.bias ? t.bias + panel_begin(j) : nullptr;
    p.kernels = outer_kernels<Across>.of[panels.count(j) - 1];
    p.c = c + panel_begin(j);
    return p;
  }

  // What the strip from row `next` on reads of a far a: its rows where they lie, or the whole packed group that it begins. `lines` are
  // those that each panel of the strip before it asks for: a part of a row.
  template <bool Across>
  Ahead ahead(const float* a, Index rows, Index next_group, Index next, Index count) const {
    if (!t.a_is_far || next >= rows) return {};
    const auto part = [&](Index floats) { return ceil_div(ceil_div(floats, line_floats), panels.parts); };
    if (!Across) return {a + next * t.lda, t.lda, smaller(count, rows - next), part(t.depth)};
    if (!t.a_is_packed || next < next_group) return {};
    return {packed_group(next), 0, 1, part(group_rows * t.depth)};
  }

  // All panels of a strip, or all strips of a panel that is shallow enough to stay in the first cache. a is packed from its row on.
  template <bool Across>
  void multiply(Index row, Index rows) const {
    const bool packed = packs_a();
    Panel all[tile_columns_most / lanes];
    for (Index j = 0; j < panels.parts; ++j) all[j] = panel<Across>(j, packed ? group_rows : t.lda, t.c + row * t.ldc);
    const float* a = Across ? t.a + row : t.a + row * t.lda;
    const auto strip = [&](Index group, Index i) { return packed ? packed_group(group) + (i - group) : a + i * (Across ? 1 : t.lda); };
    const Index together = packed ? group_rows : rows;
    if (shallow()) {
      for (Index j = 0; j < panels.parts; ++j) {
        for_strips(rows, together, [&](Index group, Index i, Index count) { all[j].multiply(strip(group, i), i, count); });
      }
    } else {
      for_strips(rows, together, [&](Index group, Index i, Index count) {
        const Ahead next = ahead<Across>(a, rows, group + together, i + count, count);
        for (Index j = 0; j < panels.parts; ++j) {
          if (next.rows > 0 && count == heeding_rows && panels.count(j) == heeding_vectors) {
            all[j].step.ahead = next;
            all[j].step.ahead.first += j * next.lines * line_floats;
            all[j].multiply(heeding_kernel<Across>, strip(group, i), i);
          } else {
            all[j].multiply(strip(group, i), i, count);
          }
        }
      });
    }
  }

  // Calls f(first row of the group, first row, count) for the strips of groups of so many rows. Strips are as equal as can be: the kernels
  // of few rows wait for their sums.
  template <class F>
  void for_strips(Index rows, Index together, F f) const {
    const Cut whole(smaller(together, rows), strip_rows_most());
    for (Index group = 0; group < rows; group += together) {
      const Cut strips = group + together <= rows ? whole : Cut(rows - group, strip_rows_most());
      for (Index i = 0, row = group; i < strips.parts; row += strips.count(i), ++i) f(group, row, strips.count(i));
    }
  }
};

void pack_a(const TileTask& t) { OuterTile(t).pack_a(0, t.rows); }
void pack_b(const TileTask& t) { OuterTile(t).pack_b(); }
bool packs_a(const TileTask& t) { return OuterTile(t).packs_a(); }
bool packs_b(const TileTask& t) { return OuterTile(t).packs_b(); }

void outer_product(const TileTask& t) {
  const OuterTile tile(t);
  if (!t.b_is_packed) tile.pack_b();
  if (!t.transpose_a) return tile.multiply<false>(0, t.rows);
  if (t.a_is_packed || !tile.packs_a()) return tile.multiply<true>(0, t.rows);
  for (Index row = 0; row < t.rows; row += block_rows) {
    const Index rows = smaller(block_rows, t.rows - row);
    tile.pack_a(row, rows);
    tile.multiply<true>(row, rows);
  }
}

}  // namespace

}  // namespace weir::cpu
