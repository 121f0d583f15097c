#pragma once

#include <algorithm>
#include <cstdint>

#include <weir/core/parallel.hpp>

#include "core/typed.hpp"

#include "vectorized_loop.hpp"  // of the build: core/cpu/x86_sse2 or core/cpu/generic

// Loops over data for the widest vectors that this processor has, in a build for all of them.
//
// vectorized(f) calls f(), where the build asks for it compiled a second time for wide vectors, and called so where the instruction set in
// use has them. f is a lambda around a loop with everything that it calls inline; its results are the same bits either way, as nothing may
// be contracted or reordered.

namespace weir::cpu {

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
