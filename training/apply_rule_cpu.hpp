#pragma once

#include <weir/core/parallel.hpp>
#include <weir/training/optimizer.hpp>

#include "core/typed.hpp"
#include "training/largest.hpp"

namespace weir::cpu {

// Small enough that the blocks of a tile are still in the nearest cache when the tile is looked at again.
inline constexpr std::int64_t update_tile = 2048;

template <class T, class Rule>
void apply_rule_to(const Rule& rule, T* __restrict w, const T* __restrict g, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) rule(w[i], g[i]);
}
template <class T, class Rule>
void apply_rule_to(const Rule& rule, T* __restrict w, const T* __restrict g, T* __restrict a, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) rule(w[i], g[i], a[i]);
}
template <class T, class Rule>
void apply_rule_to(const Rule& rule, T* __restrict w, const T* __restrict g, T* __restrict a, T* __restrict b, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) rule(w[i], g[i], a[i], b[i]);
}

// Rule<T>(options, learning rate, step) over all blocks of an update, in tiles.
template <template <class> class Rule, class Options>
void apply_rule(const Context& context, const Options& options, const UpdateArgs& args) {
  typed(args.w.dtype(), [&](auto t) {
    using T = decltype(t);
    const Rule<T> rule(options, *args.learning_rate, *args.step);
    const std::int64_t count = args.w.elements();
    parallel_for(context, ceil_div(count, update_tile), [&](std::int64_t tile) {
      const std::int64_t begin = tile * update_tile, n = std::min(update_tile, count - begin);
      const auto moment = [&](std::size_t i) { return data<T>(args.moments[i]) + begin; };
      T* w = data<T>(args.w) + begin;
      const T* g = data<T>(args.g) + begin;
      if constexpr (Rule<T>::moments == 0) {
        apply_rule_to(rule, w, g, n);
      } else if constexpr (Rule<T>::moments == 1) {
        apply_rule_to(rule, w, g, moment(0), n);
      } else {
        static_assert(Rule<T>::moments == 2);
        apply_rule_to(rule, w, g, moment(0), moment(1), n);
      }
      if (args.largest == nullptr) return;
      raise_largest(args.largest, largest_magnitude(w, n));
      for (std::size_t i = 0; i < Rule<T>::moments; ++i) raise_largest(args.largest, largest_magnitude(moment(i), n));
    });
  });
}

}  // namespace weir::cpu
