#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

#include <weir/core/context.hpp>
#include <weir/core/threads.hpp>

// Several parallel_for calls that belong together, such as those of a training step.

namespace weir {

namespace detail {

using LeaderFunction = void (*)(void* user);
void lead(bool alone, LeaderFunction function, void* user);

inline constexpr std::int64_t worth_a_team = 1 << 18;  // multiplications

}  // namespace detail

inline constexpr int team_most = max_threads;  // threads of a call, whatever the context says

// Inside a tile of parallel_for: the index of the thread that runs it, from 0 to the smaller of the context's threads and team_most,
// less 1.
int team_member();

// Calls f() on this thread. The parallel_for calls in it may use the context's threads, unless `multiplications`, which estimates the work
// of f, is too little to be worth it, or the device is a CUDA device. Inside another with_team just calls f. Exceptions are passed on.
template <class F>
void with_team(const Context& context, std::int64_t multiplications, F&& f) {
  const bool alone = multiplications < detail::worth_a_team || context.device.is_cuda();
  detail::lead(
      alone, [](void* user) { (*static_cast<std::remove_reference_t<F>*>(user))(); },
      const_cast<void*>(static_cast<const void*>(std::addressof(f))));
}

}  // namespace weir
