#pragma once

#include <utility>
#include <weir/training/optimizer.hpp>

#include "core/typed.hpp"
#include "core/vectorized.hpp"
#include "training/largest.hpp"

namespace weir::cpu {

// Small enough that the blocks of a tile are still in the nearest cache when the tile is looked at again.
inline constexpr std::int64_t update_tile = 2048;

// One rule over one tile, with as many moments as it has.
template <class Rule, class T, class... M>
void apply_rule_to(const Rule& rule, std::int64_t n, T* __restrict w, const T* __restrict g, M* __restrict... moments) {
  for (std::int64_t i = 0; i < n; ++i) rule(w[i], g[i], moments[i]...);
}

// Rule<T>(options, learning rate, step) over all blocks of an update, in tiles.
template <template <class> class Rule, class Options>
void apply_rule(const Context& context, const Options& options, const UpdateArgs& args) {
  if (args.skip != nullptr && *args.skip != 0) return;
  typed(args.w.dtype(), [&](auto t) {
    using T = decltype(t);
    const Rule<T> rule(options, *args.learning_rate, *args.step);
    const std::int64_t count = args.w.elements();
    vectorized_for(context, ceil_div(count, update_tile), [&](std::int64_t tile) {
      const std::int64_t begin = tile * update_tile, n = std::min(update_tile, count - begin);
      const auto moment = [&](std::size_t i) { return data<T>(args.moments[i]) + begin; };
      T* w = data<T>(args.w) + begin;
      [&]<std::size_t... I>(std::index_sequence<I...>) { apply_rule_to(rule, n, w, data<T>(args.g) + begin, moment(I)...); }
      (std::make_index_sequence<Rule<T>::moments>{});
      if (args.largest == nullptr) return;
      raise_largest(args.largest, largest_magnitude(w, n));
      for (std::size_t i = 0; i < Rule<T>::moments; ++i) raise_largest(args.largest, largest_magnitude(moment(i), n));
    });
  });
}

}  // namespace weir::cpu
