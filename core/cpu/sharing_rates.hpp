#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/cpu/thread_time.hpp"

namespace weir::cpu {

// Decides whether a thread shares its calls while other processes take its processor. Beside enough of them sharing is a loss even if
// hardly a worker is late: its threads together get little more time than one, and some of it passes in waiting. So once this thread loses
// more than a tenth of its time for a while, to other processes or by waiting for late workers, it measures how many tiles a second it
// finishes shared and alone, and does what is faster, but tries the other now and then: after 1, 2, 4 and then every 8 windows of time, and
// again after 1 when that was better.
class SharingRates {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr Clock::duration window = std::chrono::milliseconds(50);
  static constexpr int least_calls = 64;  // in a window, so that it holds some steps of a training
  static constexpr int patience = 3;  // it begins to compare after so many windows in a row with lost time, and ends after so many without
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

  // It waited so long for a late worker.
  void late(Clock::duration wait) { waited_ += wait; }

 private:
  static constexpr Clock::duration longest_call = std::chrono::milliseconds(20);  // what is longer is a pause between calls

  void end_window(const ThreadTime& time) {
    const bool preempted = time.preempted - time_.preempted > 1;
    const Clock::duration lost = waited_ + (preempted ? active_ - (time.had - time_.had) : Clock::duration());
    const bool disturbed = 10 * lost > active_;
    const double rate = static_cast<double>(tiles_) / std::chrono::duration<double>(active_).count();
    time_ = time;
    active_ = waited_ = {};
    tiles_ = calls_ = 0;
    if (!alone_) {
      against_ = disturbed == compares_ ? 0 : against_ + 1;
      if (against_ == patience) {
        compares_ = disturbed;
        against_ = 0;
        rates_ = {};
        trial_ = false;
        left_ = stay_ = 1;
      }
    }
    if (!compares_) return;
    double& mean = rates_[alone_];
    mean = mean > 0 ? (mean + rate) / 2 : rate;
    if (--left_ > 0) return;
    if (trial_) {
      const bool better = rates_[true] > clear_gain * rates_[false];  // alone
      stay_ = alone_ == better ? 1 : std::min(2 * stay_, longest_stay);
      alone_ = better;
      left_ = stay_;
    } else {
      alone_ = !alone_;
      left_ = 1;
    }
    trial_ = !trial_;
    rates_[alone_] = 0;  // only windows that follow each other are compared: what is computed may change
  }

  Clock::time_point previous_{};
  Clock::duration active_{}, waited_{};
  ThreadTime time_;
  std::int64_t tiles_ = 0;
  int calls_ = 0;

  std::array<double, 2> rates_{};  // tiles a second, shared and alone; 0: not known
  bool compares_ = false, alone_ = false, trial_ = false;
  int against_ = 0;          // shared windows in a row that speak against compares_
  int left_ = 1, stay_ = 1;  // windows that are left until a choice; windows from one trial to the next
};

}  // namespace weir::cpu
