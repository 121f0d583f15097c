#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/core/parallel.hpp>
#include <weir/core/threads.hpp>

namespace {

weir::Context with_threads(int threads) {
  weir::Context context;
  context.threads = threads;
  return context;
}

}  // namespace

TEST_CASE("parallel: every tile runs once for any number of threads") {
  for (const int threads : {1, 2, 3, 8}) {
    for (const std::int64_t tiles : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> runs(static_cast<std::size_t>(tiles));
      weir::parallel_for(with_threads(threads), tiles, [&](std::int64_t tile) { ++runs[static_cast<std::size_t>(tile)]; });
      for (const auto& count : runs) CHECK(count == 1);
    }
  }
}

TEST_CASE("parallel: the exception of the lowest tile comes out") {
  for (const int threads : {1, 2, 4}) {
    for (const std::int64_t tiles : {20, 100}) {
      const auto fail = [&] {
        weir::parallel_for(with_threads(threads), tiles, [](std::int64_t tile) {
          if (tile % 10 == 3) throw std::runtime_error("tile " + std::to_string(tile));
        });
      };
      CHECK_THROWS_WITH(fail(), "tile 3");
    }
  }
}

TEST_CASE("parallel: short calls that come again run every tile once in both ways and throw the same") {
  constexpr int calls = 400;  // alone at first, shared after some
  constexpr std::int64_t tiles = 6;
  std::vector<std::atomic<int>> runs(tiles);
  for (int call = 0; call < calls; ++call) {
    const auto work = [&] {
      weir::parallel_for(with_threads(2), tiles, [&](std::int64_t tile) {
        ++runs[static_cast<std::size_t>(tile)];
        if (call % 2 == 1 && tile >= 4) throw std::runtime_error("tile " + std::to_string(tile));
      });
    };
    if (call % 2 == 1) {
      CHECK_THROWS_WITH(work(), "tile 4");
    } else {
      work();
    }
  }
  for (std::int64_t tile = 0; tile < 5; ++tile) CHECK(runs[static_cast<std::size_t>(tile)] == calls);
}

TEST_CASE("parallel: it works inside a region of the users own and from two threads") {
  std::atomic<int> sum = 0;
  const auto work = [&] { weir::parallel_for(with_threads(3), 10, [&](std::int64_t) { ++sum; }); };
#pragma omp parallel num_threads(2)
  work();
  std::thread a(work), b(work);
  a.join();
  b.join();
  CHECK(sum >= 30);
  CHECK(sum % 10 == 0);
}

TEST_CASE("parallel: the number of threads is at least 1") {
  const int before = weir::num_threads();
  weir::set_num_threads(3);
  CHECK(weir::num_threads() == 3);
  CHECK_THROWS_WITH_AS(weir::set_num_threads(0), "set_num_threads: got 0, expected 1 to 128. Use 1 for a serial run.", weir::ConfigError);
  CHECK_THROWS_WITH_AS(weir::set_num_threads(129), "set_num_threads: got 129, expected 1 to 128. Use 1 for a serial run.",
                       weir::ConfigError);
  CHECK(weir::num_threads() == 3);
  weir::set_num_threads(before);
}
