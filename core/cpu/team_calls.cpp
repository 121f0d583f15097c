#include "core/cpu/team_calls.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "core/cpu/pool.hpp"
#include "pause.hpp"  // chosen by processor: core/cpu/x86, core/cpu/arm64 or core/cpu/generic

namespace weir::cpu {

namespace {

using std::chrono::microseconds;

constexpr microseconds long_call{15};  // from here on it pays to wake workers
constexpr microseconds spin{60};       // of a worker without a call
constexpr microseconds close{60};      // from the begin of one call to the next, when workers would stay awake in between
constexpr int many_close_calls = 16;
constexpr microseconds hire_again{1000};  // when some workers are there and others could not be had

constexpr std::uint32_t every_bit = std::numeric_limits<std::uint32_t>::max();
constexpr std::int64_t no_tile = every_bit;

std::uint64_t ticket(std::uint32_t call, std::int64_t tile) { return std::uint64_t{call} << 32 | static_cast<std::uint64_t>(tile); }
std::int64_t tile_of(std::uint64_t ticket) { return static_cast<std::int64_t>(ticket & every_bit); }

std::int64_t first_tile(int member, int members, std::int64_t begin, std::int64_t end) { return begin + (end - begin) * member / members; }

}  // namespace

void Failure::run_tile(std::int64_t tile, detail::TileFunction function, void* user) {
  try {
    function(user, tile);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (failed_.load(std::memory_order_relaxed) && tile_ < tile) return;
    failed_.store(true, std::memory_order_relaxed);
    tile_ = tile;
    exception_ = std::current_exception();
  }
}

void Failure::rethrow() {
  if (failed_.load(std::memory_order_relaxed)) std::rethrow_exception(std::exchange(exception_, nullptr));
}

void Team::run(int threads, std::int64_t tiles, detail::TileFunction function, void* user) {
  const int members = static_cast<int>(std::min<std::int64_t>({threads, tiles, team_most}));
  const Clock::time_point start = Clock::now();
  const bool is_close = start - std::exchange(previous_, start) < close;
  std::int64_t tile = 0;
  rates_.begins(start, tiles, thread_time);
  if (rates_.alone() || lateness_.alone(start)) {
    for (; tile < tiles; ++tile) function(user, tile);
    return;
  }
  const int present = present_.load(std::memory_order_relaxed);
  if (present > 0) {
    close_calls_ = 0;
    if (present < members - 1 && start - hired_ > hire_again) hire(members, start);
  } else {
    close_calls_ = is_close ? close_calls_ + 1 : 0;
    bool worth_waking = close_calls_ == many_close_calls;
    while (!worth_waking && tile + 1 < tiles) {
      function(user, tile++);
      worth_waking = Clock::now() - start > long_call;
    }
    if (worth_waking && tile + 1 < tiles) {
      close_calls_ = 0;
      hire(members, start);
    }
    if (present_.load(std::memory_order_relaxed) == 0) {
      for (; tile < tiles; ++tile) function(user, tile);
      return;
    }
  }
  share_out(members, tile, tiles, function, user, start);
}

void Team::hire(int members, Clock::time_point now) {
  hired_ = now;
  for (int member = 1; member < members; ++member) {
    std::atomic<bool>& seated = seated_[static_cast<std::size_t>(member)];
    if (seated.load(std::memory_order_acquire)) continue;
    seated.store(true, std::memory_order_relaxed);
    present_.fetch_add(1, std::memory_order_relaxed);
    if (Pool::get().hire(*this, member)) continue;
    seated.store(false, std::memory_order_relaxed);
    present_.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
}

void Team::share_out(int members, std::int64_t begin, std::int64_t end, detail::TileFunction function, void* user,
                     Clock::time_point start) {
  lateness_.shares(start);
  failure_.forget();
  finished_.store(0, std::memory_order_relaxed);
  const std::uint32_t call = call_.load(std::memory_order_relaxed) + 1;
  for (int i = 0; i < members; ++i) share(i).store(ticket(call, no_tile), std::memory_order_relaxed);
  function_.store(function, std::memory_order_release);
  user_.store(user, std::memory_order_release);
  begin_.store(begin, std::memory_order_release);
  end_.store(end, std::memory_order_release);
  members_.store(members, std::memory_order_release);
  for (int i = 0; i < members; ++i) share(i).store(ticket(call, first_tile(i, members, begin, end)), std::memory_order_release);
  call_.store(call, std::memory_order_release);
  work(0, call);
  if (finished_.load(std::memory_order_acquire) < end - begin) wait_for_others(end - begin, start);
  failure_.rethrow();
}

// Spins for some microseconds, reading no clock; after that yields the processor, which the late thread may be waiting for.
void Team::wait_for_others(std::int64_t tiles, Clock::time_point start) {
  constexpr int spins = 512;
  const auto done = [&] { return finished_.load(std::memory_order_acquire) == tiles; };
  for (int i = 0; i < spins; ++i) {
    if (done()) return;
    pause();
  }
  const Clock::time_point begin = Clock::now();
  for (int i = 0; !done(); ++i) i < spins ? pause() : std::this_thread::yield();
  const Clock::time_point end = Clock::now();
  if (lateness_.waited(end, begin - start, end - begin)) rates_.late(end - begin);
}

void Team::serve(int member) {
  std::uint32_t seen = call_.load(std::memory_order_relaxed) - 1;  // the call that it was woken for may be going on
  constexpr unsigned often = 64;
  Clock::time_point idle_since{};
  for (unsigned turn = 1;; ++turn) {
    const std::uint32_t call = call_.load(std::memory_order_acquire);
    const bool took_part = call != seen && work(member, call);
    seen = call;
    if (took_part) turn = 0;
    if (turn > 0) pause();
    if (turn == 0 || turn % often != 0) continue;
    if (going_on()) {  // the next call comes soon after the last tiles of this one
      turn = 0;
      continue;
    }
    const Clock::time_point now = Clock::now();
    if (turn == often) idle_since = now;
    if (now - idle_since > spin) break;
  }
  seated_[static_cast<std::size_t>(member)].store(false, std::memory_order_release);
  present_.fetch_sub(1, std::memory_order_relaxed);
}

bool Team::going_on() const {
  return finished_.load(std::memory_order_relaxed) < end_.load(std::memory_order_relaxed) - begin_.load(std::memory_order_relaxed);
}

// Runs what is left of a call; false if this member does not belong to it.
bool Team::work(int member, std::uint32_t call) {
  const detail::TileFunction function = function_.load(std::memory_order_acquire);
  void* user = user_.load(std::memory_order_acquire);
  const std::int64_t begin = begin_.load(std::memory_order_acquire), end = end_.load(std::memory_order_acquire);
  const int members = members_.load(std::memory_order_acquire);
  if (member >= members) return false;
  std::int64_t done = 0;
  for (int i = 0; i < members; ++i) {
    const int owner = (member + i) % members;
    done += take(share(owner), call, first_tile(owner + 1, members, begin, end), function, user);
  }
  if (done > 0) finished_.fetch_add(done, std::memory_order_release);
  return true;
}

// Runs tiles of one share; returns how many.
std::int64_t Team::take(std::atomic<std::uint64_t>& next, std::uint32_t call, std::int64_t end, detail::TileFunction function, void* user) {
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

}  // namespace weir::cpu
