#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

#include <weir/core/context.hpp>

namespace weir {

namespace detail {
using TileFunction = void (*)(void* user, std::int64_t tile);
void run_tiles(int threads, std::int64_t tiles, TileFunction function, void* user);
}  // namespace detail

// Calls f(tile) once for each tile in [0, tiles), on the context's threads, and returns when all are done. Which thread runs which
// tile is not promised, so cut the work by its size, never by the number of threads: then the bits do not depend on them.
// An exception inside a tile is rethrown here (of several, the one of the lowest tile); other tiles may have run then or not. Allocates
// nothing.
template <class F>
void parallel_for(const Context& context, std::int64_t tiles, F&& f) {
  using Function = std::remove_reference_t<F>;
  detail::run_tiles(
      context.threads, tiles, [](void* user, std::int64_t tile) { (*static_cast<Function*>(user))(tile); },
      const_cast<void*>(static_cast<const void*>(std::addressof(f))));
}

}  // namespace weir
