#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/cpu/thread_time.hpp"

namespace weir::cpu {

// Decides whether a thread shares its calls while other processes take its processor. Beside enough of them sharing is a loss even if no
// worker is late: its threads together get hardly more time than one, and some of it passes in waiting. So once other processes take more
// than a tenth of this thread's time, it measures how many tiles a second it finishes shared and alone, and does what is faster, but tries
// the other now and then: after 1, 2, 4 and then every 8 windows of time.
class SharingRates {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr Clock::duration window = std::chrono::milliseconds(50);
  static constexpr int least_calls = 64;  // in a window, so that it holds some steps of a training
  static constexpr int longest_stay = 8;  // in windows
  static constexpr double clear_gain = 1.05;

  bool alone() const { return alone_; }

  // A call of so many tiles begins at `now`. time() is this thread's ThreadTime so far; it is asked once in a window.
  template <class F>
  void begins(Clock::time_point now, std::int64_t tiles, F&& time) {
    active_ += std::min(now - std::exchange(previous_, now), longest_call);
    if (active_ >= window && calls_ >= least_calls) end_window(time());
    tiles_ += tiles;
    ++calls_;
  }

 private:
  static constexpr Clock::duration longest_call = std::chrono::milliseconds(20);  // what is longer is a pause between calls

  void end_window(const ThreadTime& time) {
    const bool disturbed = 10 * (active_ - (time.had - time_.had)) > active_ && time.preempted - time_.preempted > 1;
    const double rate = static_cast<double>(tiles_) / std::chrono::duration<double>(active_).count();
    time_ = time;
    active_ = {};
    tiles_ = calls_ = 0;
    if (!alone_ && !disturbed) {  // as on a quiet machine
      rates_ = {};
      return;
    }
    const bool first = rates_ == std::array<double, 2>{};
    double& mean = rates_[alone_];
    mean = mean > 0 ? (mean + rate) / 2 : rate;
    if (first) stay_ = 1;
    if (!first && --left_ > 0) return;
    const bool better = rates_[true] > clear_gain * rates_[false];  // alone
    if (first || (!trial_ && alone_ == better)) {
      trial_ = true;
      alone_ = !alone_;
      left_ = 1;
    } else {
      trial_ = false;
      alone_ = better;
      left_ = std::exchange(stay_, std::min(2 * stay_, longest_stay));
    }
  }

  Clock::time_point previous_{};
  Clock::duration active_{};
  ThreadTime time_;
  std::int64_t tiles_ = 0;
  int calls_ = 0;

  std::array<double, 2> rates_{};  // tiles a second, shared and alone; 0: not known
  bool alone_ = false, trial_ = false;
  int left_ = 0, stay_ = 1;  // windows until the other is tried, or what is better chosen
};

}  // namespace weir::cpu
