#include <algorithm>
#include <cmath>

#include "core/cpu/lanes.hpp"
#include "core/cpu/vectorized.hpp"
#include "core/memory_ops.hpp"
#include "core/typed.hpp"
#include "training/gradient_ops.hpp"

namespace weir::cpu {

namespace {

constexpr std::int64_t gradient_tile = 16 * 1024;

template <class T>
double squares(const T* x, std::int64_t count) {
  return lane_sum<double>(count, [x](std::int64_t i) { return static_cast<double>(x[i]) * static_cast<double>(x[i]); });
}

double total_of(const ConstTensorView& sums) {
  double total = 0;
  for (std::int64_t i = 0; i < sums.elements(); ++i) total += data<double>(sums)[i];
  return total;
}

}  // namespace

void add_penalties(const Context& context, const ConstTensorView& w, double l1, double l2, const TensorView& g) {
  typed(g.dtype(), [&]<class T>(T) {
    const T* from = data<T>(w);
    T* to = data<T>(g);
    const T slope = static_cast<T>(l1), factor = static_cast<T>(l2);
    over_tiles(context, g.elements(), gradient_tile, [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const T sign = from[i] > T(0) ? T(1) : from[i] < T(0) ? T(-1) : T(0);
        to[i] += slope * sign + factor * from[i];
      }
    });
  });
}

void clip_values(const Context& context, double limit, const TensorView& g) {
  typed(g.dtype(), [&]<class T>(T) {
    T* to = data<T>(g);
    const T most = static_cast<T>(limit);
    over_tiles(context, g.elements(), gradient_tile, [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) to[i] = to[i] > most ? most : to[i] < -most ? -most : to[i];
    });
  });
}

void sum_squares(const Context& context, const ConstTensorView& x, const TensorView& partial, const TensorView& sum) {
  const std::int64_t count = x.elements(), tiles = ceil_div(count, square_tile);
  double* parts = data<double>(partial);
  typed(x.dtype(), [&](auto t) {
    const auto* from = data<decltype(t)>(x);
    vectorized_for(context, tiles, [=](std::int64_t tile) {
      const std::int64_t begin = tile * square_tile;
      parts[tile] = squares(from + begin, std::min(square_tile, count - begin));
    });
  });
  *data<double>(sum) = lane_sum<double>(tiles, [parts](std::int64_t i) { return parts[i]; });
}

void clip_norm(const Context& context, const ConstTensorView& sums, double limit, const TensorView& g) {
  const double factor = limit / (std::sqrt(total_of(sums)) + 1e-6);
  if (factor >= 1) return;
  typed(g.dtype(), [&]<class T>(T) {
    T* to = data<T>(g);
    over_tiles(context, g.elements(), gradient_tile, [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) to[i] *= static_cast<T>(factor);
    });
  });
}

void limit_rows(const Context& context, double limit, const std::uint64_t* skip, const TensorView& w) {
  if (skip != nullptr && *skip != 0) return;
  const std::int64_t rows = w.shape()[0], width = w.shape()[1], tile_rows = ceil_div(square_tile, std::max<std::int64_t>(width, 1));
  typed(w.dtype(), [&]<class T>(T) {
    T* to = data<T>(w);
    vectorized_for(context, ceil_div(rows, tile_rows), [=](std::int64_t tile) {
      const std::int64_t end = std::min(rows, (tile + 1) * tile_rows);
      for (T* row = to + tile * tile_rows * width; row != to + end * width; row += width) {
        const double norm = std::sqrt(squares(row, width));
        if (!(norm > limit)) continue;
        const T factor = static_cast<T>(limit / norm);
        for (std::int64_t i = 0; i < width; ++i) row[i] *= factor;
      }
    });
  });
}

void accumulate(const Context& context, const ConstTensorView& a, double factor, const ConstTensorView& x, const TensorView& y) {
  typed(y.dtype(), [&]<class T>(T) {
    const T *left = data<T>(a), *right = data<T>(x);
    T* to = data<T>(y);
    const T f = static_cast<T>(factor);
    over_tiles(context, y.elements(), gradient_tile, [=](std::int64_t begin, std::int64_t end) {
      if (left == nullptr) {
        for (std::int64_t i = begin; i < end; ++i) to[i] = f * right[i];
      } else {
#pragma omp simd  // x and y may be the same block: without this the compiler's overlap check would disable vectors
        for (std::int64_t i = begin; i < end; ++i) to[i] = left[i] + f * right[i];
      }
    });
  });
}

void update_average(const Context& context, const AverageUpdate& update, const ConstTensorView& w, const TensorView& average) {
  if (!update.due()) return;
  if (update.number() == update.first) return weir::copy(context, w, average);
  typed(average.dtype(), [&]<class T>(T) {
    const T* from = data<T>(w);
    T* to = data<T>(average);
    const Lerp<T> lerp{static_cast<T>(1 - update.decay)};
    over_tiles(context, average.elements(), gradient_tile, [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) to[i] = lerp(to[i], from[i]);
    });
  });
}

}  // namespace weir::cpu
