#pragma once

#include <algorithm>
#include <cstdint>

#include <weir/core/parallel.hpp>

#include "core/typed.hpp"

#include "vectorized_loop.hpp"  // chosen by build: core/cpu/x86_sse2 or core/cpu/generic

// Loops compiled for the widest vectors of the processor.
//
// vectorized(f) calls f(). A build for every x86-64 compiles f twice, once with AVX2, and picks the version by the instruction set in use.
// f is a lambda around a loop; everything that it calls must be inline. Both versions give the same bits, because the compiler may neither
// contract nor reorder floating point operations.

namespace weir::cpu {

// parallel_for whose tiles run as vectorized code.
template <class F>
void vectorized_for(const Context& context, std::int64_t tiles, F&& f) {
  parallel_for(context, tiles, [&](std::int64_t tile) { vectorized([&] { f(tile); }); });
}

// Calls f(begin, end) for every tile of so many elements, in parallel.
template <class F>
void over_tiles(const Context& context, std::int64_t elements, std::int64_t tile_elements, F&& f) {
  vectorized_for(context, ceil_div(elements, tile_elements),
                 [&](std::int64_t tile) { f(tile * tile_elements, std::min(elements, (tile + 1) * tile_elements)); });
}

}  // namespace weir::cpu
