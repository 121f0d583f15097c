#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

#include <weir/core/context.hpp>

// One parallel region for many parallel_for calls: their threads stay awake between them, which is worth more than any of the small
// operations of a training step.

namespace weir {

namespace detail {
using LeaderFunction = void (*)(void* user);
void run_with_team(int threads, LeaderFunction function, void* user);
void run_short(LeaderFunction function, void* user);
}  // namespace detail

// In a tile of a parallel_for: which thread of its team runs it, from 0, below the context's threads.
int team_member();

// Calls f() on this thread. The parallel_for calls in it share one team of the context's threads; what lies between them runs here.
// `multiplications` is about how many f needs: too few to wake a second thread for, or a CUDA device, and the team is this thread. Where f
// takes some microseconds, each parallel_for shares its tiles out by itself, if one such call follows the other on this thread alone; else
// the team is this thread, too. Inside another team f is just called. An exception of f comes out.
template <class F>
void with_team(const Context& context, std::int64_t multiplications, F&& f) {
  constexpr std::int64_t worth_threads = 1 << 16, worth_a_team = 1 << 18;
  using Function = std::remove_reference_t<F>;
  const detail::LeaderFunction call = [](void* user) { (*static_cast<Function*>(user))(); };
  void* user = const_cast<void*>(static_cast<const void*>(std::addressof(f)));
  if (context.device.is_cuda() || context.threads == 1 || multiplications < worth_threads) return detail::run_with_team(1, call, user);
  multiplications < worth_a_team ? detail::run_short(call, user) : detail::run_with_team(context.threads, call, user);
}

}  // namespace weir
