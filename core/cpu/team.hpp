#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include <weir/core/context.hpp>

#include "core/cpu/sharing_trial.hpp"

// One parallel region for many parallel_for calls: their threads stay awake between them, which is worth more than any of the small
// operations of a training step.

namespace weir {

namespace detail {

using LeaderFunction = void (*)(void* user);
void run_with_team(int threads, LeaderFunction function, void* user);

template <class F>
void lead(int threads, F& f) {
  run_with_team(
      threads, [](void* user) { (*static_cast<F*>(user))(); }, const_cast<void*>(static_cast<const void*>(std::addressof(f))));
}

// Whether this call is one of many that follow each other closely and that this thread alone makes.
bool one_of_many_calls();

inline constexpr std::int64_t worth_a_team = 1 << 18;  // multiplications

}  // namespace detail

// In a tile of a parallel_for: which thread of its team runs it, from 0, below the context's threads.
int team_member();

// Calls f() on this thread. The parallel_for calls in it share one team of the context's threads; what lies between them runs here.
// `multiplications` is about how many f needs: too few to wake a second thread for, or a CUDA device, and the team is this thread. Inside
// another team f is just called. An exception of f comes out.
template <class F>
void with_team(const Context& context, std::int64_t multiplications, F&& f) {
  const bool alone = multiplications < detail::worth_a_team || context.device.is_cuda();
  detail::lead(alone ? 1 : context.threads, f);
}

// with_team for a call from outside that may come again and again, such as a forward pass of one sample: then a few threads may share work
// of some microseconds too, and work of up to some dozens of them is shared where that is faster. The first time that may take memory, for
// threads that OpenMP makes.
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
