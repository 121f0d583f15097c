#include "core/cpu/team.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>

#include <weir/core/parallel.hpp>

#include "core/cpu/region.hpp"
#include "pause.hpp"  // chosen by processor: core/cpu/x86, core/cpu/arm64 or core/cpu/generic

namespace weir {

namespace {

// Spins for some microseconds, since the next tiles usually come at once; after that yields the processor.
class Wait {
 public:
  void operator()() {
    if (++turns_ > spins_most) return std::this_thread::yield();
    cpu::pause();
  }

 private:
  static constexpr int spins_most = 4096;
  int turns_ = 0;
};

// Keeps the exception thrown by a tile. If several throw, that of the lowest tile, so that the result does not depend on timing.
class Failure {
 public:
  void forget() { failed_.store(false, std::memory_order_relaxed); }  // before the tiles

  void run_tile(std::int64_t tile, detail::TileFunction function, void* user) {
    try {
      function(user, tile);
    } catch (...) {
      keep(tile);
    }
  }

  void rethrow() {  // after them
    if (failed_.load(std::memory_order_relaxed)) std::rethrow_exception(std::exchange(exception_, nullptr));
  }

 private:
  void keep(std::int64_t tile) {
    static std::mutex one_at_a_time;
    const std::lock_guard lock(one_at_a_time);
    if (!failed_.load(std::memory_order_relaxed) || tile < tile_) {
      failed_.store(true, std::memory_order_relaxed);
      tile_ = tile;
      exception_ = std::current_exception();
    }
  }

  std::atomic<bool> failed_{false};
  std::int64_t tile_ = 0;
  std::exception_ptr exception_;
};

// The leader divides a call's tiles into one share for each member. A member first runs the tiles of its own share, in order, then takes
// remaining tiles from the other shares. So a tile mostly runs on the same thread in every step, whose cache holds its data, and a slow
// thread does not delay the others.
//
// Each share has a ticket: the number of the call and the next tile of the share. A member takes a tile by a compare-and-swap that advances
// the ticket. A member that wakes up after the call has ended finds another call's number in the ticket and takes nothing.
// function_, user_, tiles_ describe the call. The leader writes them while no ticket is valid, then the tickets, then call_. A member
// reads call_, then these, and uses them only once it has taken a tile of that call. finished_: each member adds the number of tiles
// that it ran; the call is over when the sum is the number of all tiles.
class Team {
 public:
  void start(int members) { members_ = members; }
  bool alone() const { return busy_ || members_ == 1; }  // in a call made by a tile, or there is no other thread

  void run(std::int64_t tiles, detail::TileFunction function, void* user) {
    busy_ = true;
    failure_.forget();
    finished_.store(0, std::memory_order_relaxed);
    const std::uint32_t call = call_.load(std::memory_order_relaxed) + 1;
    for (int i = 0; i < members_; ++i) share(i).store(ticket(call, no_tile), std::memory_order_relaxed);
    function_.store(function, std::memory_order_release);
    user_.store(user, std::memory_order_release);
    tiles_.store(tiles, std::memory_order_release);
    for (int i = 0; i < members_; ++i) share(i).store(ticket(call, first_tile(i, tiles)), std::memory_order_release);
    call_.store(call, std::memory_order_release);
    work(0, call);
    for (Wait wait; finished_.load(std::memory_order_acquire) < tiles;) wait();
    busy_ = false;
    failure_.rethrow();
  }

  // Loop of every member except the leader: works until the team is dismissed.
  void serve(int member) {
    std::uint32_t seen = 0;
    for (Wait wait;;) {
      const std::uint32_t call = call_.load(std::memory_order_acquire);
      if (call == over) return;
      if (call == seen) {
        wait();
        continue;
      }
      seen = call;
      work(member, call);
      wait = {};
    }
  }

  void dismiss() { call_.store(over, std::memory_order_release); }
  void reset() { call_.store(0, std::memory_order_relaxed); }  // when the team has no other members

  static constexpr int members_most = 128;
  static constexpr std::int64_t tiles_most = std::numeric_limits<std::uint32_t>::max() - 1;

 private:
  static constexpr std::uint32_t over = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::int64_t no_tile = over;

  static std::uint64_t ticket(std::uint32_t call, std::int64_t tile) {
    return std::uint64_t{call} << 32 | static_cast<std::uint64_t>(tile);
  }
  static std::int64_t tile_of(std::uint64_t ticket) { return static_cast<std::int64_t>(ticket & over); }
  std::int64_t first_tile(int member, std::int64_t tiles) const { return tiles * member / members_; }
  std::atomic<std::uint64_t>& share(int member) { return shares_[static_cast<std::size_t>(member)].next; }

  void work(int member, std::uint32_t call) {
    const detail::TileFunction function = function_.load(std::memory_order_acquire);
    void* user = user_.load(std::memory_order_acquire);
    const std::int64_t tiles = tiles_.load(std::memory_order_acquire);
    std::int64_t done = 0;
    for (int i = 0; i < members_; ++i) {
      const int owner = (member + i) % members_;
      done += take(share(owner), call, first_tile(owner + 1, tiles), function, user);
    }
    if (done > 0) finished_.fetch_add(done, std::memory_order_release);
  }

  // Runs tiles of one share; returns how many.
  std::int64_t take(std::atomic<std::uint64_t>& next, std::uint32_t call, std::int64_t end, detail::TileFunction function, void* user) {
    std::int64_t done = 0;
    std::uint64_t seen = next.load(std::memory_order_acquire);
    while (seen >> 32 == call && tile_of(seen) < end) {
      if (!next.compare_exchange_weak(seen, seen + 1, std::memory_order_acq_rel, std::memory_order_acquire)) continue;
      failure_.run_tile(tile_of(seen), function, user);
      ++done;
      seen = next.load(std::memory_order_acquire);
    }
    return done;
  }

  struct alignas(64) Share {
    std::atomic<std::uint64_t> next{0};
  };

  int members_ = 1;
  bool busy_ = false;
  alignas(64) std::atomic<std::uint32_t> call_{0};
  std::atomic<detail::TileFunction> function_{nullptr};
  std::atomic<void*> user_{nullptr};
  std::atomic<std::int64_t> tiles_{0};
  alignas(64) std::atomic<std::int64_t> finished_{0};
  Failure failure_;
  std::array<Share, members_most> shares_;
};

thread_local int own_member = 0;

// Runs all tiles on this thread, which counts as a team of one meanwhile.
void run_alone(std::int64_t tiles, detail::TileFunction function, void* user) {
  struct Member {
    int before = std::exchange(own_member, 0);
    ~Member() { own_member = before; }
  } alone;
  for (std::int64_t tile = 0; tile < tiles; ++tile) function(user, tile);
}

// Gives each thread a fixed range of the tiles, for calls of few tiles, where taking them one by one would cost too much. The drawback: one
// slow thread delays the call.
void share_out(int threads, std::int64_t tiles, detail::TileFunction function, void* user) {
  Failure failure;
  cpu::run_region(threads, [&](int member, int members) {
    const std::int64_t end = tiles * (member + 1) / members;
    own_member = member;
    for (std::int64_t tile = tiles * member / members; tile < end; ++tile) failure.run_tile(tile, function, user);
    own_member = 0;
  });
  failure.rethrow();
}

thread_local Team team_of_thread;       // kept from step to step: making one costs time
thread_local Team* own_team = nullptr;  // the same object, while this thread leads it

// Makes this thread the leader of a team for the lifetime of the object.
class Leader {
 public:
  Leader(Team& team, int members) {
    team.start(members);
    own_team = &team;
  }
  ~Leader() { std::exchange(own_team, nullptr)->dismiss(); }
  Leader(const Leader&) = delete;
  Leader& operator=(const Leader&) = delete;
};

}  // namespace

int team_member() { return own_member; }

namespace detail {

void run_with_team(int threads, LeaderFunction function, void* user) {
  if (own_team || cpu::in_region()) return function(user);
  Team& team = team_of_thread;
  team.reset();
  if (threads <= 1) {
    const Leader leader(team, 1);
    return function(user);
  }
  std::exception_ptr failure;
  cpu::run_region(std::min(threads, Team::members_most), [&](int member, int members) {
    if (member == 0) {
      try {
        const Leader leader(team, members);
        function(user);
      } catch (...) {
        failure = std::current_exception();
      }
    } else {
      own_member = member;
      team.serve(member);
      own_member = 0;
    }
  });
  if (failure) std::rethrow_exception(failure);
}

// After a shared call OpenMP's threads spin for some milliseconds by default, so that a call which follows soon finds them awake; waking
// them would take longer than a short call. But when several threads of the program make calls, spinning threads get in their way. Returns
// true after 16 calls in a row with no other thread's call in between.
bool one_of_many_calls() {
  using Clock = std::chrono::steady_clock;
  constexpr Clock::duration close = std::chrono::microseconds(100);  // from the begin of one call to the next
  constexpr int many = 16;
  struct History {
    Clock::time_point previous;
    int in_a_row = 0;
  };
  static thread_local History own;
  static std::atomic<const History*> last_caller = nullptr;

  if (own_team || cpu::in_region()) return false;
  const bool still_own = last_caller.load(std::memory_order_relaxed) == &own;
  if (!still_own) last_caller.store(&own, std::memory_order_relaxed);
  const Clock::time_point now = Clock::now();
  const bool is_close = now - std::exchange(own.previous, now) < close;
  own.in_a_row = still_own && is_close ? std::min(own.in_a_row + 1, many) : 0;
  return own.in_a_row == many;
}

void run_tiles(int threads, std::int64_t tiles, TileFunction function, void* user) {
  const bool alone = threads <= 1 || tiles <= 1 || tiles > Team::tiles_most || (own_team && own_team->alone());
  if (!alone && own_team) return own_team->run(tiles, function, user);
  if (alone || cpu::in_region()) return run_alone(tiles, function, user);

  constexpr std::int64_t few = 16;  // tiles a thread
  const int members = static_cast<int>(std::min<std::int64_t>(threads, tiles));
  if (tiles < few * members) {
    Team& team = team_of_thread;  // constructed here even if this call is not shared, so that later calls do not allocate
    return trial_of(reinterpret_cast<std::uintptr_t>(function), tiles, members).run([&](bool shared) {
      if (shared) return share_out(members, tiles, function, user);
      const Leader leader(team, 1);  // calls made inside a tile then run alone too
      run_alone(tiles, function, user);
    });
  }
  auto call = [&] { own_team->run(tiles, function, user); };
  lead(members, call);
}

}  // namespace detail

}  // namespace weir
