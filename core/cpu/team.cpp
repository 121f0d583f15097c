#include "core/cpu/team.hpp"

#include <algorithm>
#include <utility>

#include <weir/core/parallel.hpp>

#include "core/cpu/openmp.hpp"
#include "core/cpu/pool.hpp"
#include "core/cpu/standard_floats.hpp"
#include "core/cpu/team_calls.hpp"
#include "core/cpu/thread_state.hpp"

namespace weir {

namespace {

using cpu::own_state;
using cpu::ThreadState;

template <class T>
class Meanwhile {  // sets a value for the lifetime of the object
 public:
  Meanwhile(T& value, T meanwhile) : value_(value), before_(std::exchange(value, meanwhile)) {}
  ~Meanwhile() { value_ = before_; }
  Meanwhile(const Meanwhile&) = delete;
  Meanwhile& operator=(const Meanwhile&) = delete;

 private:
  T& value_;
  T before_;
};

// The team that this thread leads, from its first call until it ends.
cpu::Team& own_team(int threads) {
  struct Owner {
    ~Owner() {
      if (own_state.team) cpu::Pool::get().give_back(*std::exchange(own_state.team, nullptr));
    }
  };
  cpu::Pool& pool = cpu::Pool::get();
  if (!own_state.team) {
    static thread_local Owner owner;
    static_cast<void>(owner);
    own_state.team = &pool.borrow();
  }
  cpu::Team& team = *own_state.team;
  if (const int wanted = std::min(threads, team_most) - 1, before = team.wanted(); wanted > before) {
    team.want(wanted);
    pool.grow(wanted - before, wanted);
  }
  return team;
}

}  // namespace

int team_member() { return own_state.member; }

namespace detail {

void lead(bool alone, LeaderFunction function, void* user) {
  const cpu::StandardFloats standard;
  if (own_state.calls != ThreadState::outside) return function(user);
  const Meanwhile calls(own_state.calls, alone || cpu::in_region() ? ThreadState::alone : ThreadState::sharing);
  function(user);
}

void run_tiles(int threads, std::int64_t tiles, TileFunction function, void* user) {
  const cpu::StandardFloats standard;
  const bool alone = threads <= 1 || tiles <= 1 || tiles > cpu::Team::tiles_most || own_state.calls == ThreadState::alone ||
                     !cpu::several_threads() || (own_state.calls == ThreadState::outside && cpu::in_region());
  if (alone) {
    const Meanwhile member(own_state.member, 0);
    for (std::int64_t tile = 0; tile < tiles; ++tile) function(user, tile);
  } else {
    const Meanwhile calls(own_state.calls, ThreadState::alone);  // those made in tiles
    own_team(threads).run(threads, tiles, function, user);
  }
}

}  // namespace detail

}  // namespace weir
