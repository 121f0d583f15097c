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

// Calls f(tile) once for each tile in [0, tiles), in parallel on context.threads threads, and returns when all are done. Which thread runs
// which tile is unspecified. Choose the number of tiles by the size of the work, not by the number of threads, so that results are
// bit-identical for any number of threads. An exception thrown by a tile is rethrown here (of several, that of the lowest tile); the other
// tiles may or may not have run. Does not allocate.
template <class F>
void parallel_for(const Context& context, std::int64_t tiles, F&& f) {
  using Function = std::remove_reference_t<F>;
  detail::run_tiles(
      context.threads, tiles, [](void* user, std::int64_t tile) { (*static_cast<Function*>(user))(tile); },
      const_cast<void*>(static_cast<const void*>(std::addressof(f))));
}

}  // namespace weir
