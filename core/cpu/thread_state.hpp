#pragma once

namespace weir::cpu {

class Team;

// What this thread is to weir. Without a destructor, so that it is also there in static destructors.
struct ThreadState {
  enum Calls { outside, sharing, alone };
  Calls calls = outside;  // of parallel_for on this thread: outside of with_team; inside; or running their tiles themselves
  int member = 0;
  Team* team = nullptr;  // that it leads
};

inline constinit thread_local ThreadState own_state;

}  // namespace weir::cpu
