#pragma once

#include <algorithm>
#include <chrono>

namespace weir::cpu {

// Decides whether a thread shares its calls. On a busy machine another thread may lose its processor while it runs a tile, and delays the
// call by a whole time slice, some milliseconds. After that this thread works alone for a while, then tries again. The pause begins with
// twice the time that was lost and doubles while the others stay late; once they have been in time for long, it begins anew.
class Lateness {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr Clock::duration least = std::chrono::microseconds(100);  // shorter waits are not late
  static constexpr Clock::duration longest_pause = std::chrono::milliseconds(500);
  static constexpr int good_stretch = 8;  // pauses

  bool alone(Clock::time_point now) const { return now < end_of_pause_; }

  // A shared call ended at `now`. This thread's own work took `work`; then it waited for the tiles of others. Tiles are of about equal
  // size, so that a wait of more than twice the work is not due to a tile.
  void waited(Clock::time_point now, Clock::duration work, Clock::duration wait) {
    if (wait < least || wait < 2 * work) return;
    const bool again = now - end_of_pause_ < good_stretch * pause_;
    pause_ = std::min(2 * (again ? pause_ : wait), longest_pause);
    end_of_pause_ = now + pause_;
  }

 private:
  Clock::time_point end_of_pause_{};
  Clock::duration pause_{};
};

}  // namespace weir::cpu
