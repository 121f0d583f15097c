// The index arithmetic of the kernels, executed on the CPU for all threads of a launch, with all edge cases.

#include "gpu/kernels/elements.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "gpu/kernels/reduce.hpp"
#include "gpu/kernels/rows.hpp"

using namespace weir;
using namespace weir::cuda;

namespace {

// Counts how often `threads` threads visit each of n elements, and checks that none outside is visited.
template <int width>
std::vector<int> visits(std::int64_t n, std::int64_t threads, bool wide) {
  std::vector<int> count(static_cast<std::size_t>(n), 0);
  const auto visit = [&](std::int64_t i) {
    REQUIRE(i >= 0);
    REQUIRE(i < n);
    ++count[static_cast<std::size_t>(i)];
  };
  for (std::int64_t thread = 0; thread < threads; ++thread) {
    share_elements<width>(
        n, thread, threads, wide,
        [&](std::int64_t first, int packs, std::int64_t stride) {
          REQUIRE(first % width == 0);  // packs are aligned
          for (int p = 0; p < packs; ++p) {
            for (int i = 0; i < width; ++i) visit(first + p * stride + i);
          }
        },
        visit);
  }
  return count;
}

template <class Count>
bool all_once(const Count& count) {
  for (const int visits : count) {
    if (visits != 1) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("cuda kernels: every element is visited once at every size and width") {
  for (std::int64_t n = 0; n <= 200; ++n) {
    for (const std::int64_t threads : {1, 2, 3, 7, 32}) {
      for (const bool wide : {true, false}) {
        INFO("n " << n << ", threads " << threads << ", wide " << wide);
        CHECK(all_once(visits<4>(n, threads, wide)));
        CHECK(all_once(visits<2>(n, threads, wide)));
        CHECK(all_once(visits<16>(n, threads, wide)));
      }
    }
  }
}

TEST_CASE("cuda kernels: without alignment no pack is read") {
  share_elements<4>(
      100, 0, 1, false, [](std::int64_t, int, std::int64_t) { FAIL("a pack was read"); }, [](std::int64_t) {});
}

TEST_CASE("cuda kernels: there are blocks for every element and none for nothing") {
  CHECK(blocks_for_elements(0, 4, 100) == 0);
  CHECK(blocks_for_elements(1, 4, 100) == 1);
  CHECK(blocks_for_elements(256 * 4 * 4, 4, 100) == 1);
  CHECK(blocks_for_elements(256 * 4 * 4 + 1, 4, 100) == 2);
  CHECK(blocks_for_elements(std::int64_t{1} << 40, 4, 1056) == 1056);
  CHECK(blocks_for_elements(INT64_MAX, 1, 1056) == 1056);
}

TEST_CASE("cuda kernels: every element of a row is visited once") {
  for (std::int64_t n = 0; n <= 70; ++n) {
    for (const std::int64_t lanes : {1, 3, 32, 128}) {
      for (const bool wide : {true, false}) {
        std::vector<int> count(static_cast<std::size_t>(n), 0);
        for (std::int64_t lane = 0; lane < lanes; ++lane) {
          share_row<4>(
              n, lane, lanes, wide,
              [&](std::int64_t first) {
                for (int i = 0; i < 4; ++i) ++count.at(static_cast<std::size_t>(first + i));
              },
              [&](std::int64_t i) { ++count.at(static_cast<std::size_t>(i)); });
        }
        INFO("n " << n << ", lanes " << lanes << ", wide " << wide);
        CHECK(all_once(count));
      }
    }
  }
}

TEST_CASE("cuda kernels: the parts of a range cover it once") {
  for (std::int64_t n = 0; n <= 100; ++n) {
    for (std::int64_t parts = 1; parts <= 40; ++parts) {
      const Parts cut(n, parts);
      std::int64_t next = 0;
      for (std::int64_t i = 0; i < parts; ++i) {
        CHECK(cut.begin(i) == next);
        CHECK(cut.end(i) >= cut.begin(i));
        next = cut.end(i);
      }
      CHECK(next == n);
    }
  }
}

TEST_CASE("cuda kernels: a sum by strides and folds is the sum") {
  for (const int threads : {1, 2, 8, 32, 256}) {
    for (const std::int64_t n : {0, 1, 2, 7, 255, 256, 257, 1000}) {
      std::vector<std::int64_t> values(static_cast<std::size_t>(threads));
      for (int t = 0; t < threads; ++t) {
        values[static_cast<std::size_t>(t)] = strided_sum<std::int64_t>(t, n, threads, [](std::int64_t i) { return i + 1; });
      }
      for (int half = threads / 2; half > 0; half /= 2) {
        for (int t = 0; t < threads; ++t) fold_round(values.data(), t, half);
      }
      INFO("threads " << threads << ", n " << n);
      CHECK(values[0] == n * (n + 1) / 2);
    }
  }
}

TEST_CASE("cuda kernels: the partial sums of rows fit their room") {
  CHECK(row_parts(0, 10, 1000) == 1);
  CHECK(row_parts(31, 10, 1000) == 1);
  CHECK(row_parts(64, 10, 1000) == 2);
  CHECK(row_parts(1 << 20, 10, 1000) == 32);
  CHECK(row_parts(1 << 20, 100, 1000) == 10);
  CHECK(row_parts(1 << 20, 5000, 1000) == 1);  // one part needs no scratch
  CHECK(row_parts(1 << 20, 0, 1000) == 1);
  CHECK(sum_parts(0) == 1);
  CHECK(sum_parts(16384) == 2);
  CHECK(sum_parts(std::int64_t{1} << 40) == 1024);
}

TEST_CASE("cuda kernels: a part lies where it belongs in the whole") {
  // Columns 2, 3 and 4 of a matrix with 7 columns.
  std::vector<int> whole(4 * 7, 0);
  for (std::int64_t i = 0; i < 4 * 3; ++i) whole.at(static_cast<std::size_t>(place_in_whole(i, 3, 7, 2))) = static_cast<int>(i) + 1;
  for (std::size_t row = 0; row < 4; ++row) {
    for (std::size_t column = 0; column < 7; ++column) {
      const bool inside = column >= 2 && column < 5;
      CHECK(whole[row * 7 + column] == (inside ? static_cast<int>(row * 3 + column - 2) + 1 : 0));
    }
  }
}

TEST_CASE("cuda kernels: a row is shared by a power of two of threads up to a warp") {
  CHECK(lanes_for_row(1) == 1);
  CHECK(lanes_for_row(2) == 2);
  CHECK(lanes_for_row(3) == 4);
  CHECK(lanes_for_row(10) == 16);
  CHECK(lanes_for_row(32) == 32);
  CHECK(lanes_for_row(1000) == 32);
}
