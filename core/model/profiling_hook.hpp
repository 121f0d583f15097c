#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <weir/core/layer.hpp>

// How profile() learns what the parts of a step take, without any part knowing of it. Costs a look at one pointer when nobody watches.

namespace weir {

// In the order of a training step.
enum class Phase : std::uint8_t { gather, forward, loss, backward, accuracy, check, update };

class ProfilingHook {
 public:
  virtual ~ProfilingHook() = default;

  // `index` counts the calls of a phase (forward and backward: those of the Program; loss: its terms); `args` are the layer's blocks.
  virtual void took(Phase phase, std::size_t index, const LayerArgs* args, double seconds) = 0;

  // Who watches what this thread does, or nullptr.
  static ProfilingHook*& current() {
    static constinit thread_local ProfilingHook* hook = nullptr;
    return hook;
  }
};

// Times the scope that it lives in.
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
