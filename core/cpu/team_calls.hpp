#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <limits>
#include <mutex>

#include <weir/core/parallel.hpp>

#include "core/cpu/lateness.hpp"
#include "core/cpu/sharing_rates.hpp"
#include "core/cpu/team.hpp"

namespace weir::cpu {

// Keeps the exception thrown by a tile. If several throw, that of the lowest tile, so that the result does not depend on timing.
class Failure {
 public:
  void forget() { failed_.store(false, std::memory_order_relaxed); }  // before the tiles
  void run_tile(std::int64_t tile, detail::TileFunction function, void* user);
  void rethrow();  // after them

 private:
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::int64_t tile_ = 0;
  std::exception_ptr exception_;
};

// A leader, which makes calls, and the workers that help it: members 1, 2, ... The leader divides a call's tiles into one share for each
// member. A member first runs the tiles of its own share, in order, then takes remaining tiles from the other shares. So a tile mostly runs
// on the same thread in every step, whose cache holds its data, and a slow thread does not delay the others. The leader waits only for
// tiles that have been taken, never for a member: one that sleeps or has lost its processor does no harm while it holds no tile.
//
// Each share has a ticket: the number of the call and the next tile of the share. A member takes a tile by a compare-and-swap that advances
// the ticket. A member that wakes up after the call has ended finds another call's number in the ticket and takes nothing.
// function_, user_, begin_, end_ and members_ describe the call. The leader writes them while no ticket is valid, then the tickets, then
// call_. A member reads call_, then these, and uses them only once it has taken a tile of that call. finished_: each member adds the number
// of tiles that it ran; the call is over when the sum is the number of all tiles.
//
// A worker spins between calls, since the next one usually comes at once. If none comes for a while it leaves its seat and sleeps. Waking
// it takes a system call and some microseconds, so the leader begins without the workers that sleep, and wakes them when the call turns out
// to be long, or when it is one of many in quick succession.
class Team {
 public:
  void run(int threads, std::int64_t tiles, detail::TileFunction function, void* user);
  void serve(int member);  // a worker's part: works until no call has come for a while

  int wanted() const { return wanted_; }  // most workers that its leader has asked for
  void want(int workers) { wanted_ = workers; }

  static constexpr std::int64_t tiles_most = std::numeric_limits<std::uint32_t>::max() - 1;

 private:
  using Clock = Lateness::Clock;
  struct alignas(64) Share {
    std::atomic<std::uint64_t> next{0};
  };

  void hire(int members, Clock::time_point now);
  void share_out(int members, std::int64_t begin, std::int64_t end, detail::TileFunction function, void* user, Clock::time_point start);
  void wait_for_others(std::int64_t tiles, Clock::time_point start);
  bool going_on() const;  // whether tiles of the last call are left
  bool work(int member, std::uint32_t call);
  std::int64_t take(std::atomic<std::uint64_t>& next, std::uint32_t call, std::int64_t end, detail::TileFunction function, void* user);
  std::atomic<std::uint64_t>& share(int member) { return shares_[static_cast<std::size_t>(member)].next; }

  // The leader's own.
  int wanted_ = 0, close_calls_ = 0;
  Clock::time_point previous_{}, hired_{};
  Lateness lateness_;
  SharingRates rates_;

  alignas(64) std::atomic<std::uint32_t> call_{0};
  std::atomic<int> members_{1};
  std::atomic<detail::TileFunction> function_{nullptr};
  std::atomic<void*> user_{nullptr};
  std::atomic<std::int64_t> begin_{0}, end_{0};
  alignas(64) std::atomic<std::int64_t> finished_{0};
  Failure failure_;
  std::array<Share, team_most> shares_;
  std::array<std::atomic<bool>, team_most> seated_{};  // by member
  std::atomic<int> present_{0};                        // workers on seats
};

}  // namespace weir::cpu
