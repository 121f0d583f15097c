#include "core/cpu/team.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <weir/core/parallel.hpp>

#include "core/cpu/region.hpp"

namespace {

constexpr std::int64_t much = 1 << 20, little = 1 << 17;

weir::Context with_threads(int threads) {
  weir::Context context;
  context.threads = threads;
  return context;
}

}  // namespace

TEST_CASE("team: every tile of every call runs once and in the order of the calls") {
  for (const int threads : {1, 2, 3, 8}) {
    const weir::Context context = with_threads(threads);
    constexpr std::int64_t most = 40;
    std::vector<int> runs(most, 0);  // not atomic: each tile runs on one thread, and a call ends before the next begins
    weir::with_team(context, much, [&] {
      for (int call = 0; call < 2000; ++call) {
        const std::int64_t tiles = call % (most + 1);
        weir::parallel_for(context, tiles, [&](std::int64_t tile) { ++runs[static_cast<std::size_t>(tile)]; });
      }
    });
    std::vector<int> expected(most, 0);
    for (int call = 0; call < 2000; ++call) {
      for (std::int64_t tile = 0; tile < call % (most + 1); ++tile) ++expected[static_cast<std::size_t>(tile)];
    }
    CHECK(runs == expected);
  }
}

TEST_CASE("team: a tile reads what other threads wrote in the call before") {
  for (const int threads : {2, 3, 4}) {
    const weir::Context context = with_threads(threads);
    constexpr std::int64_t tiles = 24;
    std::vector<std::int64_t> x(tiles, 1), y(tiles);
    weir::with_team(context, much, [&] {
      for (int call = 0; call < 500; ++call) {
        weir::parallel_for(context, tiles, [&](std::int64_t i) {
          const auto next = static_cast<std::size_t>((i + 7) % tiles), own = static_cast<std::size_t>(i);
          y[own] = x[next] + 1;
        });
        std::swap(x, y);
      }
    });
    CHECK(x == std::vector<std::int64_t>(tiles, 501));
  }
}

TEST_CASE("team: one slow tile loses none of the others") {
  const weir::Context context = with_threads(2);
  std::vector<std::atomic<int>> runs(64);
  weir::with_team(context, much, [&] {
    for (int call = 0; call < 20; ++call) {
      weir::parallel_for(context, 64, [&](std::int64_t tile) {
        if (tile == 40) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        ++runs[static_cast<std::size_t>(tile)];
      });
    }
  });
  for (const auto& count : runs) CHECK(count == 20);
}

TEST_CASE("team: exceptions come out of a tile and of what the leader does and the next team works") {
  const weir::Context context = with_threads(3);
  const auto fail_in_tiles = [&] {
    weir::with_team(context, much, [&] {
      weir::parallel_for(context, 100, [](std::int64_t tile) {
        if (tile % 10 == 3) throw std::runtime_error("tile " + std::to_string(tile));
      });
    });
  };
  CHECK_THROWS_WITH(fail_in_tiles(), "tile 3");
  CHECK_THROWS_WITH(weir::with_team(context, much, [] { throw std::runtime_error("leader"); }), "leader");

  std::atomic<int> sum = 0;
  weir::with_team(context, much, [&] {
    CHECK_THROWS(weir::parallel_for(context, 10, [](std::int64_t) { throw std::runtime_error("all"); }));
    weir::parallel_for(context, 10, [&](std::int64_t) { ++sum; });
  });
  CHECK(sum == 10);
}

TEST_CASE("team: too little work stays on its own thread") {
  const weir::Context context = with_threads(4);
  const std::thread::id own = std::this_thread::get_id();
  weir::with_team(context, 1000,
                  [&] { weir::parallel_for(context, 100, [&](std::int64_t) { CHECK(std::this_thread::get_id() == own); }); });
}

namespace {

// Whether more than one thread took part in a call of some microseconds.
bool shared_call() {
  const weir::Context context = with_threads(2);
  const std::thread::id own = std::this_thread::get_id();
  std::atomic<bool> shared = false;
  weir::with_team_for_call(context, little, [&] {
    for (int i = 0; i < 20 && !shared; ++i) {  // a thread that starts late leaves its tiles to the others
      weir::parallel_for(context, 2, [&](std::int64_t) {
        if (std::this_thread::get_id() != own) shared = true;
      });
    }
  });
  return shared;
}

}  // namespace

TEST_CASE("team: short calls are shared once many follow each other closely") {
  bool threads = false;
  weir::cpu::run_region(2, [&](int member, int members) {
    if (member == 0) threads = members == 2;
  });
  if (!threads) {
    MESSAGE("SKIPPED: weir is built for one thread");
    return;
  }
  int calls = 0;
  while (!shared_call() && calls < 100'000) ++calls;
  CHECK(calls >= 16);
  CHECK(calls < 100'000);
  CHECK_THROWS_WITH(weir::with_team_for_call(with_threads(2), little, [] { throw std::runtime_error("leader"); }), "leader");
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  CHECK(!shared_call());
}

TEST_CASE("team: short calls of two threads in turn are not shared") {
  constexpr int calls = 1000;
  std::atomic<int> turn = 0;
  std::atomic<bool> shared = false;
  const auto every_second = [&](int first) {
    for (int call = first; call < calls; call += 2) {
      while (turn != call) std::this_thread::yield();
      if (shared_call()) shared = true;
      ++turn;
    }
  };
  std::thread other(every_second, 1);
  every_second(0);
  other.join();
  CHECK(!shared);
}

TEST_CASE("team: teams inside of teams and calls inside of tiles and teams of several threads") {
  std::atomic<int> sum = 0;
  const auto work = [&] {
    const weir::Context context = with_threads(2);
    weir::with_team(context, much, [&] {
      weir::with_team(context, much, [&] {
        weir::parallel_for(context, 10, [&](std::int64_t) { weir::parallel_for(context, 3, [&](std::int64_t) { ++sum; }); });
      });
    });
  };
  work();
  CHECK(sum == 30);
  std::thread a(work), b(work);
  a.join();
  b.join();
  CHECK(sum == 90);
#pragma omp parallel num_threads(2)
  work();
  CHECK(sum >= 120);
  CHECK(sum % 30 == 0);
}
