#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace weir::detail {

// Decides by timing whether short calls of one kind are faster on several threads or on one. That depends on how long a cache line takes
// from one core to another (60 to 650 ns), which changes when a virtual machine migrates. So a few calls are timed each way, the faster way
// is used for many calls, and then both are tried again. The choice does not change the bits of a result.
class SharingTrial {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr int samples = 9;                                             // timed calls, each way
  static constexpr int kept_first = 256, kept_most = 4096;                      // calls between trials: 256, then doubled after each
  static constexpr Clock::duration long_call = std::chrono::microseconds(100);  // always on several threads

  bool trying() const { return calls_ < 2 * samples; }                   // whether a trial is running
  bool shares() const { return trying() ? calls_ < samples : shared_; }  // whether the next call uses several threads

  // Whether took() needs the time of the next call: during a trial, and for every eighth single-threaded call, which may have become
  // slower.
  bool timed() const { return trying() || (!shared_ && calls_ % 8 == 0); }

  void took(Clock::duration time) {
    if (!trying()) return time > long_call ? decide(true) : go_on();
    const bool shared = shares();
    times_[static_cast<std::size_t>(calls_ % samples)] = time;
    ++calls_;
    if (calls_ == samples) {
      shared_time_ = median();
      if (shared_time_ > long_call) decide(true);
      much_slower_ = 0;
    } else if (!shared && time > 2 * shared_time_ && ++much_slower_ == 2) {  // clearly slower: the other samples are not needed
      decide(true);
    } else if (calls_ == 2 * samples) {
      decide(shared_time_ <= median());
    }
  }

  // Calls call(shared), where `shared` says whether to use several threads, and times it if needed.
  template <class F>
  void run(F&& call) {
    if (timed()) {
      const Clock::time_point begin = Clock::now();
      call(shares());
      took(Clock::now() - begin);
    } else {
      call(shared_);
      go_on();
    }
  }

 private:
  void decide(bool shared) {
    shared_ = shared;
    calls_ = 2 * samples;
  }

  void go_on() {
    if (++calls_ < 2 * samples + kept_) return;
    calls_ = 0;
    kept_ = std::min(2 * kept_, kept_most);
  }

  Clock::duration median() {  // not the mean: an interrupt makes a few calls very long
    std::nth_element(times_.begin(), times_.begin() + samples / 2, times_.end());
    return times_[samples / 2];
  }

  int calls_ = 0;  // since this trial began
  int kept_ = kept_first;
  bool shared_ = true;
  std::array<Clock::duration, samples> times_{};  // times of one way
  Clock::duration shared_time_{};
  int much_slower_ = 0;  // single-threaded calls that took more than twice as long as shared ones
};

// This thread's trial for one kind of call, identified by its function (0 for a whole forward pass), size and number of threads.
SharingTrial& trial_of(std::uintptr_t what, std::int64_t size, int threads);

}  // namespace weir::detail
