#include "core/cpu/team.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <weir/core/parallel.hpp>

#include "core/cpu/openmp.hpp"

namespace {

constexpr std::int64_t much = 1 << 20;

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

bool skipped() {
  if (weir::cpu::several_threads()) return false;
  MESSAGE("SKIPPED: weir is built for one thread");
  return true;
}

void spend(std::chrono::microseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
  }
}

// Makes calls of tiles that take so long until several threads took part in one; false if that does not happen in ten seconds.
bool comes_to_share(int threads, std::chrono::microseconds tile_time) {
  std::atomic<bool> shared = false;
  const std::thread::id own = std::this_thread::get_id();
  const auto begin = std::chrono::steady_clock::now();
  while (!shared && std::chrono::steady_clock::now() - begin < std::chrono::seconds(10)) {
    weir::parallel_for(with_threads(threads), 4, [&](std::int64_t) {
      spend(tile_time);
      if (std::this_thread::get_id() != own) shared = true;
    });
  }
  return shared;
}

}  // namespace

TEST_CASE("team: long calls are shared and so are short ones that follow each other closely") {
  if (skipped()) return;
  CHECK(comes_to_share(2, std::chrono::milliseconds(2)));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(comes_to_share(2, std::chrono::microseconds(2)));
}

TEST_CASE("team: a call uses no more threads than its context says") {
  if (skipped()) return;
  for (const int threads : {5, 2, 3, 1, 4}) {
    std::atomic<int> largest = 0;
    for (int call = 0; call < 200; ++call) {
      weir::parallel_for(with_threads(threads), 40, [&](std::int64_t) {
        const int member = weir::team_member();
        for (int seen = largest; seen < member && !largest.compare_exchange_weak(seen, member);) {
        }
        spend(std::chrono::microseconds(2));
      });
    }
    CHECK(largest < threads);
  }
}

TEST_CASE("team: no two threads of a call are the same member") {
  if (skipped()) return;
  constexpr int threads = 4;
  const auto lead = [] {
    for (int call = 0; call < 300; ++call) {
      std::array<std::atomic<int>, threads> busy{};
      weir::parallel_for(with_threads(threads), 16, [&](std::int64_t) {
        std::atomic<int>& mine = busy[static_cast<std::size_t>(weir::team_member())];
        CHECK(mine.fetch_add(1) == 0);
        spend(std::chrono::microseconds(3));
        mine.fetch_sub(1);
      });
    }
  };
  std::thread a(lead), b(lead);
  lead();
  a.join();
  b.join();
}

TEST_CASE("team: many leaders at once and leaders that end while workers are late") {
  std::atomic<std::int64_t> sum = 0;
  const auto lead = [&] {
    for (int call = 0; call < 200; ++call) {
      weir::parallel_for(with_threads(3), 8, [&](std::int64_t tile) {
        if (call % 50 == 0) spend(std::chrono::microseconds(20));
        sum += tile;
      });
    }
  };
  for (int round = 0; round < 10; ++round) {
    std::vector<std::thread> leaders;
    for (int i = 0; i < 8; ++i) leaders.emplace_back(lead);
    for (std::thread& leader : leaders) leader.join();
  }
  CHECK(sum == 10 * 8 * 200 * 28);
}

namespace {

int threads_of_process() { return static_cast<int>(std::distance(std::filesystem::directory_iterator("/proc/self/task"), {})); }

}  // namespace

TEST_CASE("team: leaders share the workers instead of making more than there are processors") {
  if (skipped()) return;
  if (!std::filesystem::exists("/proc/self/task")) {
    MESSAGE("SKIPPED: no /proc/self/task, which lists the threads");
    return;
  }
  const auto most_at_once = static_cast<int>(std::thread::hardware_concurrency());
  constexpr int leaders = 8, asked = 9;     // more than other tests ask for
  const int before = threads_of_process();  // with those of OpenMP and of earlier tests
  std::atomic<int> ready = 0;
  std::atomic<bool> end = false;
  const auto lead = [&] {
    weir::parallel_for(with_threads(asked), 16, [](std::int64_t) { spend(std::chrono::microseconds(50)); });
    ++ready;
    while (!end) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  std::vector<std::thread> all;
  for (int i = 0; i < leaders; ++i) all.emplace_back(lead);
  while (ready < leaders) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const int threads = threads_of_process();
  end = true;
  for (std::thread& leader : all) leader.join();
  CHECK(threads - before - leaders < std::max(asked, most_at_once));
}

TEST_CASE("team: a leader with a stack of 128 KiB") {
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, 128 * 1024) == 0);
  std::atomic<int> sum = 0;
  const auto lead = [](void* user) -> void* {
    for (int call = 0; call < 100; ++call) {
      weir::parallel_for(with_threads(3), 8, [&](std::int64_t) { ++*static_cast<std::atomic<int>*>(user); });
    }
    return nullptr;
  };
  pthread_t thread;
  REQUIRE(pthread_create(&thread, &attributes, lead, &sum) == 0);
  REQUIRE(pthread_join(thread, nullptr) == 0);
  pthread_attr_destroy(&attributes);
  CHECK(sum == 800);
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
