#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include <weir/core/context.hpp>

#include "core/cpu/sharing_trial.hpp"

// One parallel region for many parallel_for calls. Its threads stay awake between calls: waking them would take longer than most of the
// small operations in a training step.

namespace weir {

namespace detail {

using LeaderFunction = void (*)(void* user);
void run_with_team(int threads, LeaderFunction function, void* user);

template <class F>
void lead(int threads, F& f) {
  run_with_team(
      threads, [](void* user) { (*static_cast<F*>(user))(); }, const_cast<void*>(static_cast<const void*>(std::addressof(f))));
}

// Whether this call is one of many in quick succession, without such calls by other threads in between.
bool one_of_many_calls();

inline constexpr std::int64_t worth_a_team = 1 << 18;  // multiplications

}  // namespace detail

// Inside a tile of parallel_for: the index of the thread that runs it, from 0 to the context's threads - 1.
int team_member();

// Calls f() on this thread. The parallel_for calls in it share one team of the context's threads; everything else in f runs on this thread
// alone. `multiplications` estimates the work of f: when it is too little to be worth waking other threads, or on a CUDA device, the team
// is this thread only. Inside another team just calls f. Exceptions of f are passed on.
template <class F>
void with_team(const Context& context, std::int64_t multiplications, F&& f) {
  const bool alone = multiplications < detail::worth_a_team || context.device.is_cuda();
  detail::lead(alone ? 1 : context.threads, f);
}

// with_team for calls that a user may repeat in a loop, such as the forward pass of one sample. After many calls in quick succession even a
// few microseconds of work may run on several threads; up to some dozens of microseconds it does so only if timing shows that this is
// faster. The first call may allocate, because OpenMP creates its threads.
template <class F>
void with_team_for_call(const Context& context, std::int64_t multiplications, F&& f) {
  constexpr std::int64_t worth_threads = 1 << 16, clearly_worth_them = 1 << 22;
  constexpr int few = 4;
  const bool doubtful = multiplications >= worth_threads && multiplications < clearly_worth_them && context.device.is_cpu();
  if (!doubtful || context.threads == 1 || !detail::one_of_many_calls()) return with_team(context, multiplications, f);
  const int threads = multiplications < detail::worth_a_team ? std::min(context.threads, few) : context.threads;
  detail::trial_of(0, multiplications, threads).run([&](bool shared) { detail::lead(shared ? threads : 1, f); });
}

}  // namespace weir
