#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

namespace weir::cpu {

// Decides whether a thread shares its calls. On a busy machine another thread may lose its processor while it runs a tile, and delays the
// call by a whole time slice, some milliseconds. If that takes much of the time, this thread works alone for a while, then tries again. The
// first pause is twice the time that was lost; the next ones double until sharing goes well.
class Lateness {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr Clock::duration least = std::chrono::microseconds(100);  // shorter waits are not late
  static constexpr Clock::duration longest_pause = std::chrono::milliseconds(500);
  static constexpr int good_stretch = 8;  // times the time that is lost at its end: better than working alone

  bool alone(Clock::time_point now) const { return now < end_of_pause_; }

  // A shared call begins at `now`. Only time with calls counts as sharing.
  void shares(Clock::time_point now) { shared_ += std::min(now - std::exchange(previous_, now), longest_call); }

  // A shared call ended at `now`. This thread's own work took `work`; then it waited for the tiles of others. Tiles are of about equal
  // size, so that a wait of more than twice the work is not due to a tile. Returns whether a thread was late.
  bool waited(Clock::time_point now, Clock::duration work, Clock::duration wait) {
    if (wait < least || wait < 2 * work) return false;
    pause_ = shared_ > good_stretch * wait ? Clock::duration() : std::min(2 * std::max(pause_, wait), longest_pause);
    end_of_pause_ = previous_ = now + pause_;
    shared_ = {};
    return true;
  }

 private:
  static constexpr Clock::duration longest_call = std::chrono::milliseconds(20);

  Clock::time_point end_of_pause_{}, previous_{};
  Clock::duration pause_{}, shared_ = longest_pause;  // since the last late thread; at first it trusts them
};

}  // namespace weir::cpu
