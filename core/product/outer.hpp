#pragma once

#include "core/product/outer_kernel.hpp"
#include "core/product/pack.hpp"

// A tile of the product: strips (rows of a) times panels (columns of b). Everything here is local to the including file, as in pack.hpp.
//
// An element of c is summed over each block of k in order, and the blocks are added in order. So how c is cut into tiles, strips and panels
// does not change the bits.

namespace weir::cpu {

namespace {

// The widest panels; for few rows those whose strip holds all rows.
inline Index panel_vectors_for(Index rows) {
  for (Index vectors = panel_vectors; vectors > 0; --vectors) {
    if (rows <= strip_rows(vectors)) return vectors;
  }
  return panel_vectors;
}

// of[vectors - 1][rows - 1]: the kernel for a panel of so many vectors and a strip of so many rows.
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

// Only the kernel that large products mostly use has a version with prefetching: prefetching takes registers, which would slow small
// products.
constexpr Index prefetching_rows = strip_rows(panel_vectors), prefetching_vectors = panel_vectors;

template <bool Across>
constexpr OuterKernel prefetching_kernel = outer_kernel<prefetching_rows, prefetching_vectors, Across, true>;

// Decides what is packed, where, and in which order the kernels run.
struct OuterTile {
  const TileTask& t;
  Cut panels;  // counted in vectors

  explicit OuterTile(const TileTask& task) : t(task), panels(ceil_div(t.columns, lanes), panel_vectors_for(t.rows)) {}

  Index strip_rows_most() const { return strip_rows(panels.count(0)); }
  Index panel_begin(Index j) const { return panels.begin(j) * lanes; }
  Index panel_width(Index j) const { return panels.count(j) * lanes; }
  Index panel_columns(Index j) const { return smaller(panel_width(j), t.columns - panel_begin(j)); }
  float* packed_panel(Index j) const { return t.packed_b + panel_begin(j) * t.depth; }

  static constexpr Index shallow_most = 128;
  bool shallow() const { return t.depth <= shallow_most; }

  static Index apart(Index ld) { return ld & -ld; }  // the largest power of two that divides the row stride

  // Whether one cache line of each row stays in L1: rows whose stride is a multiple of a large power of two share few cache sets.
  bool fits_l1(Index ld) const {
    constexpr Index l1_floats = 1 << 13;
    return t.depth * (apart(ld) > line_floats ? apart(ld) : line_floats) <= l1_floats;
  }

  static constexpr bool wide_panels = panel_vectors * lanes >= 64;
  static constexpr Index page_floats = 1 << 10;

  // Whether panel j is read in place. That needs either a single strip of rows, or rows that begin on cache lines and can be read fast
  // enough: a shallow panel if it fits L1, a deep one if b fits L2 and the panel is wide and spread over the cache sets. Others are packed:
  // the weights of a dense layer come from the core that updated them, and packing reads longer runs than the kernels do (measured: reading
  // in place costs 1 to 2 % of a step on two threads).
  bool in_place(Index j) const {
    const bool aligned = reinterpret_cast<std::uintptr_t>(t.b + panel_begin(j)) % 64 == 0 && t.ldb % line_floats == 0;
    const bool spread = apart(t.ldb) < page_floats && t.depth * apart(t.ldb) <= small_l2_floats;
    const bool fast = shallow() ? fits_l1(t.ldb) : wide_panels && t.b_fits_l2 && spread;
    return !t.transpose_b && ((aligned && fast) || t.rows <= strip_rows_most()) && panel_columns(j) == panel_width(j);
  }

  // A transposed a is read again for each panel and is packed when it exceeds L2. Otherwise there are few panels if they are wide, and L2
  // is fast enough; an exception are row strides of whole pages, where rows share one set of L1 and few of L2 (measured).
  bool packs_a() const {
    return t.transpose_a && ((t.a_beyond_l2 && !shallow()) || (!fits_l1(t.lda) && (!wide_panels || apart(t.lda) >= page_floats)));
  }

  bool packs_b() const {
    for (Index j = 0; j < panels.parts; ++j) {
      if (!in_place(j)) return true;
    }
    return false;
  }

  // With a row stride of whole pages all rows share one set of L1, which holds eight lines: so eight rows at a time are packed into all
  // panels or strips.
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

  // The last row of a group is written as whole vectors and may extend into the padding behind it.
  float* packed_group(Index row) const { return t.packed_a + row / group_rows * (group_rows * t.depth + lanes_most); }

  void pack_a(Index row, Index rows) const {
    for_rows([&](Index p, Index count) {
      for (Index i = 0; i < rows; i += group_rows) {
        pack_rows(t.a + p * t.lda + row + i, t.lda, count, smaller(group_rows, rows - i), packed_group(i) + p * group_rows, group_rows);
      }
    });
  }

  // A panel as the kernels see it, without the strip. Prepared once for all strips: a processor looks only some 50 cycles ahead, so longer
  // work between two kernels would cost time.
  struct Panel {
    OuterStep step;  // without a and c, which depend on the strip
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

  // What to prefetch for the next strip when a exceeds L2: its rows in place, or the packed group that begins at row `next`. `lines` is how
  // many cache lines of each row every panel of the current strip prefetches.
  template <bool Across>
  Prefetch ahead(const float* a, Index rows, Index next_group, Index next, Index count) const {
    if (!t.a_beyond_l2 || next >= rows) return {};
    const auto part = [&](Index floats) { return ceil_div(ceil_div(floats, line_floats), panels.parts); };
    if (!Across) return {a + next * t.lda, t.lda, smaller(count, rows - next), part(t.depth)};
    if (!t.a_is_packed || next < next_group) return {};
    return {packed_group(next), 0, 1, part(group_rows * t.depth)};
  }

  // Loops over strips outside and panels inside; for panels shallow enough to stay in L1 the other way round. The shallowest panels loop
  // over strips outside again: writing c dominates there, and is fastest along its rows. Packed a begins at `row`.
  template <bool Across>
  void multiply(Index row, Index rows) const {
    const bool packed = packs_a();
    Panel all[tile_columns_most / lanes];
    for (Index j = 0; j < panels.parts; ++j) all[j] = panel<Across>(j, packed ? group_rows : t.lda, t.c + row * t.ldc);
    const float* a = Across ? t.a + row : t.a + row * t.lda;
    const auto strip = [&](Index group, Index i) { return packed ? packed_group(group) + (i - group) : a + i * (Across ? 1 : t.lda); };
    const Index together = packed ? group_rows : rows;
    constexpr Index shallowest_most = 16;
    if (shallow() && t.depth > shallowest_most) {
      for (Index j = 0; j < panels.parts; ++j) {
        for_strips(rows, together, [&](Index group, Index i, Index count) { all[j].multiply(strip(group, i), i, count); });
        finish(row, rows, panel_begin(j), panel_columns(j));
      }
    } else {
      for_strips(rows, together, [&](Index group, Index i, Index count) {
        const Prefetch next = ahead<Across>(a, rows, group + together, i + count, count);
        for (Index j = 0; j < panels.parts; ++j) {
          if (next.rows > 0 && count == prefetching_rows && panels.count(j) == prefetching_vectors) {
            all[j].step.ahead = next;
            all[j].step.ahead.first += j * next.lines * line_floats;
            all[j].multiply(prefetching_kernel<Across>, strip(group, i), i);
          } else {
            all[j].multiply(strip(group, i), i, count);
          }
        }
        finish(row + i, count, 0, t.columns);
      });
    }
  }

  // Runs the epilogue on a part of the tile that is finished and still in L1.
  void finish(Index row, Index rows, Index column, Index columns) const {
    if (t.epilogue.run) t.epilogue.run(t.epilogue.user, {t.row + row, rows, t.column + column, columns});
  }

  // Splits the rows into groups of `together` and each group into strips of nearly equal height, and calls f(first row of the group, first
  // row, count). Kernels of few rows are slower, since each addition waits for the one before it.
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
