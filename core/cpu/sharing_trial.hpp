#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace weir::detail {

// Whether short calls of one kind had better be shared among threads or made alone. That depends on how long a word takes from one
// processor to another, 60 to 650 ns, and changes when a virtual machine moves to others. So some calls are timed in each way, the faster
// one is kept to for many, and then both are tried again. Which way a call is made changes no bits of its result.
class SharingTrial {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr int samples = 9;                         // timed in each way
  static constexpr int kept_first = 256, kept_most = 4096;  // between trials: the first ones find cold caches and threads that sleep
  static constexpr Clock::duration long_call = std::chrono::microseconds(100);  // nothing to try: sharing costs a few at most

  bool trying() const { return calls_ < 2 * samples; }                   // both ways; else one is kept to
  bool shares() const { return trying() ? calls_ < samples : shared_; }  // the next call

  // Whether took() is to be told how long the next call takes: in a trial, and now and then of those that are made alone since, as calls of
  // one kind may become longer.
  bool timed() const { return trying() || (!shared_ && calls_ % 8 == 0); }

  void took(Clock::duration time) {
    if (!trying()) return time > long_call ? decide(true) : go_on();
    const bool shared = shares();
    times_[static_cast<std::size_t>(calls_ % samples)] = time;
    ++calls_;
    if (calls_ == samples) {
      shared_time_ = median();
      if (shared_time_ > long_call) decide(true);
      far_slower_ = 0;
    } else if (!shared && time > 2 * shared_time_ && ++far_slower_ == 2) {  // with many threads it may be far more: twice is enough
      decide(true);
    } else if (calls_ == 2 * samples) {
      decide(shared_time_ <= median());
    }
  }

  // Makes a call: call(whether it is shared).
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

  Clock::duration median() {  // a thread that sleeps, or one that is interrupted, is late for a few calls
    std::nth_element(times_.begin(), times_.begin() + samples / 2, times_.end());
    return times_[samples / 2];
  }

  int calls_ = 0;  // since the trial began
  int kept_ = kept_first;
  bool shared_ = true;
  std::array<Clock::duration, samples> times_{};  // in one way
  Clock::duration shared_time_{};
  int far_slower_ = 0;  // calls made alone that took over twice as long
};

// This thread's trial of calls of one kind: the function that they run, or 0 for a whole forward pass, their size and for how many threads.
SharingTrial& trial_of(std::uintptr_t what, std::int64_t size, int threads);

}  // namespace weir::detail
