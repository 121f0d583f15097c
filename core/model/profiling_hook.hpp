#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <weir/core/layer.hpp>

// profile() installs a hook on its thread that is told how long each part of a step takes. Without a hook the cost is one pointer test.

namespace weir {

// In the order of a training step.
enum class Phase : std::uint8_t { gather, forward, loss, backward, accuracy, check, update };

class ProfilingHook {
 public:
  virtual ~ProfilingHook() = default;

  // `index` counts the calls within a phase (forward and backward: calls of the Program; loss: its terms); `args` are the layer's blocks.
  virtual void took(Phase phase, std::size_t index, const LayerArgs* args, double seconds) = 0;

  // The hook of this thread, or nullptr.
  static ProfilingHook*& current() {
    static constinit thread_local ProfilingHook* hook = nullptr;
    return hook;
  }
};

// Reports the time from its construction to its destruction.
class ProfiledScope {
 public:
  explicit ProfiledScope(Phase phase, std::size_t index = 0, const LayerArgs* args = nullptr)
      : hook_(ProfilingHook::current()), phase_(phase), index_(index), args_(args) {
    if (hook_) [[unlikely]]
      begin_ = Clock::now();
  }
  ~ProfiledScope() {
    if (hook_) [[unlikely]]
      hook_->took(phase_, index_, args_, std::chrono::duration<double>(Clock::now() - begin_).count());
  }
  ProfiledScope(const ProfiledScope&) = delete;
  ProfiledScope& operator=(const ProfiledScope&) = delete;

 private:
  using Clock = std::chrono::steady_clock;

  ProfilingHook* hook_;
  Phase phase_;
  std::size_t index_;
  const LayerArgs* args_;
  Clock::time_point begin_;
};

}  // namespace weir
