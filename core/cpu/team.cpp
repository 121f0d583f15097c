#include "core/cpu/team.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <limits>
#include <thread>
#include <utility>

#include <omp.h>

#include <weir/core/parallel.hpp>

namespace weir {

namespace {

// Spins for some microseconds, as the next tiles mostly come at once; then lets others have the processor.
class Wait {
 public:
  void operator()() {
    if (++turns_ > spins_most) return std::this_thread::yield();
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

 private:
  static constexpr int spins_most = 4096;
  int turns_ = 0;
};

// What the tiles of a call threw: the exception of the lowest of them, so that which one is seen does not depend on timing.
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
#pragma omp critical(weir_team_failure)
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

// Of a team, the leader hands out tiles; each member first takes its own share of them, in order, then what is left of the others'. So a
// tile runs on the same thread from step to step, near its data, while a thread that is late holds nobody up.
//
// A ticket is the number of the call that a share's tiles belong to, and the next of them. A member takes a tile by exchanging the ticket
// that it saw for the next one: if it slept through the end of the call, it finds another number there and takes nothing.
//   What a call is (function_, user_, tiles_): the leader writes it while no ticket is valid, then the tickets, then call_. A member reads
//   call_, then what the call is, and believes it when it got a ticket of that call.
//   finished_: all add to it what they ran; the call has ended when the leader reads that it has counted all tiles.
class Team {
 public:
  void start(int members) { members_ = members; }
  bool alone() const { return busy_ || members_ == 1; }  // nobody to share a call's tiles with

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

  // For every member but the leader: works until the team is dismissed.
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
  void reset() { call_.store(0, std::memory_order_relaxed); }  // when there are no members

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

  // How many tiles of the share it ran.
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

// Runs the tiles alone: a team of one within whatever this thread is part of.
void run_alone(std::int64_t tiles, detail::TileFunction function, void* user) {
  struct Member {
    int before = std::exchange(own_member, 0);
    ~Member() { own_member = before; }
  } alone;
  for (std::int64_t tile = 0; tile < tiles; ++tile) function(user, tile);
}

// Gives each thread its share of the tiles for good: for a call of few, which would be over before handing them around paid. Its price is
// that all wait for a thread that is late.
void share_out(int threads, std::int64_t tiles, detail::TileFunction function, void* user) {
  Failure failure;
#pragma omp parallel num_threads(threads)
  {
    const int member = omp_get_thread_num(), members = omp_get_num_threads();
    const std::int64_t end = tiles * (member + 1) / members;
    own_member = member;
    for (std::int64_t tile = tiles * member / members; tile < end; ++tile) failure.run_tile(tile, function, user);
    own_member = 0;
  }
  failure.rethrow();
}

thread_local Team team_of_thread;       // made once, as a step must be cheap
thread_local Team* own_team = nullptr;  // the same, while this thread leads it

// Makes this thread the leader of a team for as long as this lives.
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
  if (own_team || omp_in_parallel()) return function(user);
  Team& team = team_of_thread;
  team.reset();
  if (threads <= 1) {
    const Leader leader(team, 1);
    return function(user);
  }
  std::exception_ptr failure;
#pragma omp parallel num_threads(std::min(threads, Team::members_most))
  {
    if (omp_get_thread_num() == 0) {
      try {
        const Leader leader(team, omp_get_num_threads());
        function(user);
      } catch (...) {
        failure = std::current_exception();
      }
    } else {
      own_member = omp_get_thread_num();
      team.serve(own_member);
      own_member = 0;
    }
  }
  if (failure) std::rethrow_exception(failure);
}

// After such calls OpenMP's threads still spin, for milliseconds unless told otherwise, and join at once; waking them would take longer
// than the call. In the midst of other threads' calls they would spin in their way. A first call that is shared wakes them; that it is one
// of many is believed after a few.
bool one_of_many_calls() {
  using Clock = std::chrono::steady_clock;
  constexpr Clock::duration close = std::chrono::microseconds(100);  // from begin to begin
  constexpr int many = 16;
  struct History {
    Clock::time_point previous;
    int in_a_row = 0;
  };
  static thread_local History own;
  static std::atomic<const History*> last_caller = nullptr;

  if (own_team || omp_in_parallel()) return false;
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
  if (alone || omp_in_parallel()) return run_alone(tiles, function, user);

  constexpr std::int64_t few = 16;  // tiles a thread
  const int members = static_cast<int>(std::min<std::int64_t>(threads, tiles));
  if (tiles < few * members) {
    Team& team = team_of_thread;  // a thread's first call makes it, shared or not, as that takes memory
    return trial_of(reinterpret_cast<std::uintptr_t>(function), tiles, members).run([&](bool shared) {
      if (shared) return share_out(members, tiles, function, user);
      const Leader leader(team, 1);  // so that calls inside are alone too
      run_alone(tiles, function, user);
    });
  }
  auto call = [&] { own_team->run(tiles, function, user); };
  lead(members, call);
}

}  // namespace detail

}  // namespace weir
