#pragma once

#include <algorithm>
#include <cstdint>

#include <weir/core/parallel.hpp>

#include "core/product/sets.hpp"
#include "core/typed.hpp"

// Loops over data for the widest vectors that this processor has, in a build for all of them.

namespace weir::cpu {

// Calls f(), compiled a second time for wide vectors and called so where the instruction set in use has them. f is a lambda around a loop
// with everything that it calls inline; its results are the same bits either way, as nothing may be contracted or reordered. The attributes
// reach what is inlined into the two functions below alone: f itself, which other files may share, keeps the instructions of all
// processors.
#if defined(__GNUC__) && defined(__x86_64__) && !defined(__AVX2__)

namespace detail {

template <class F>
[[gnu::target("avx2,fma"), gnu::flatten, gnu::noinline]] void run_wide(const F& f) {
  f();
}

}  // namespace detail

template <class F>
void vectorized(const F& f) {
  const InstructionSet* set = instruction_set();
  set && set->wide ? detail::run_wide(f) : f();
}

#else

template <class F>
void vectorized(const F& f) {
  f();
}

#endif

// parallel_for whose tiles are vectorized.
template <class F>
void vectorized_for(const Context& context, std::int64_t tiles, F&& f) {
  parallel_for(context, tiles, [&](std::int64_t tile) { vectorized([&] { f(tile); }); });
}

// Calls f(begin, end) for every tile of so many elements, side by side.
template <class F>
void over_tiles(const Context& context, std::int64_t elements, std::int64_t tile_elements, F&& f) {
  vectorized_for(context, ceil_div(elements, tile_elements),
                 [&](std::int64_t tile) { f(tile * tile_elements, std::min(elements, (tile + 1) * tile_elements)); });
}

}  // namespace weir::cpu
