// How kernels divide rows, columns, slopes, random draws and embedding indices among threads, executed on the CPU for all threads.

#include "gpu/kernels/rows.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "gpu/kernels/elements.hpp"

using namespace weir;
using namespace weir::cuda;

namespace {

bool all_once(const std::vector<int>& count) {
  for (const int visits : count) {
    if (visits != 1) return false;
  }
  return true;
}

// `count` different numbers whose float sums are inexact, so that the order of additions shows.
std::vector<float> uneven(std::int64_t count) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(0.1F * static_cast<float>(i * 37 % 101) - 3.3F);
  return values;
}

}  // namespace

TEST_CASE("cuda kernels: groups visit every element of every row once and make the same number of rounds") {
  for (std::int64_t rows = 0; rows <= 40; ++rows) {
    for (const int lanes : {1, 2, 4, 8, 16, 32}) {
      for (const std::int64_t threads : {32, 64, 256}) {
        for (const std::int64_t width : {1, 3, 33}) {
          std::vector<int> count(static_cast<std::size_t>(rows * width), 0);
          const std::int64_t rounds = RowGroup(rows, lanes, 0, threads).rounds;
          for (std::int64_t thread = 0; thread < threads; ++thread) {
            RowGroup group(rows, lanes, thread, threads);
            REQUIRE(group.rounds == rounds);
            for (std::int64_t round = 0; round < group.rounds; ++round, group.row += group.step) {
              if (group.row >= rows) continue;
              for (std::int64_t j = group.lane; j < width; j += lanes) ++count.at(static_cast<std::size_t>(group.row * width + j));
            }
            REQUIRE(group.row >= rows);
          }
          INFO("rows " << rows << ", width " << width << ", lanes " << lanes << ", threads " << threads);
          CHECK(all_once(count));
        }
      }
    }
  }
}

TEST_CASE("cuda kernels: blocks of columns visit every element of a matrix once") {
  for (const std::int64_t rows : {0, 1, 7, 8, 9, 31, 33, 100, 1000}) {
    for (const std::int64_t columns : {1, 2, 31, 32, 33, 65}) {
      std::vector<int> count(static_cast<std::size_t>(rows * columns), 0);
      const std::int64_t blocks_x = (columns + column_width - 1) / column_width, blocks_y = column_blocks(rows);
      for (std::int64_t thread = 0; thread < blocks_x * blocks_y * column_width * column_rows; ++thread) {
        const std::int64_t block = thread / (column_width * column_rows), in_block = thread % (column_width * column_rows);
        const ColumnPlace place(block % blocks_x, block / blocks_x, blocks_y, in_block % column_width, in_block / column_width);
        if (place.column >= columns) continue;
        for (std::int64_t row = place.row; row < rows; row += place.step)
          ++count.at(static_cast<std::size_t>(row * columns + place.column));
      }
      INFO("rows " << rows << ", columns " << columns);
      CHECK(all_once(count));
    }
  }
  CHECK(column_blocks(0) == 0);
  CHECK(column_blocks(33) == 2);
  CHECK(column_blocks(std::int64_t{1} << 40) == 256);
}

TEST_CASE("cuda kernels: every slope finds its own elements") {
  for (const std::int64_t samples : {1, 2, 5}) {
    for (const std::int64_t slopes : {1, 2, 3, 7}) {
      for (const std::int64_t run : {1, 2, 5}) {
        std::vector<int> count(static_cast<std::size_t>(samples * slopes * run), 0);
        for (std::int64_t c = 0; c < slopes; ++c) {
          for (std::int64_t k = 0; k < samples * run; ++k) {
            const std::int64_t i = place_of_slope(k, c, slopes, run);
            CHECK(slope_of(i, slopes, run) == c);
            ++count.at(static_cast<std::size_t>(i));
          }
        }
        CHECK(all_once(count));
      }
    }
  }
  CHECK(slope_parts(0, 32) == 1);
  CHECK(slope_parts(8192, 32) == 2);
  CHECK(slope_parts(std::int64_t{1} << 40, 32) == 32);
}

TEST_CASE("cuda kernels: every element has one word of one draw") {
  for (std::int64_t n = 0; n <= 70; ++n) {
    for (const std::int64_t threads : {1, 3, 32}) {
      std::vector<int> count(static_cast<std::size_t>(n), 0);
      for (std::int64_t thread = 0; thread < threads; ++thread) {
        share_draws(n, thread, threads, [&](std::int64_t draw, std::int64_t first, int some) {
          CHECK(first == draw * 4);
          for (int j = 0; j < some; ++j) ++count.at(static_cast<std::size_t>(first + j));
        });
      }
      INFO("n " << n << ", threads " << threads);
      CHECK(all_once(count));
    }
  }
}

TEST_CASE("cuda kernels: the first place of a row adds up all of them in their order") {
  const std::vector<std::int32_t> index = {2, 0, 2, 2, 5, 0, 1, 5, 2};
  const auto places = static_cast<std::int64_t>(index.size());
  const std::int64_t num = 6, dim = 3;
  const std::vector<float> dy = uneven(places * dim);
  std::vector<float> expected(static_cast<std::size_t>(num * dim), 0), sums = expected;
  for (std::int64_t i = 0; i < places; ++i) {
    for (std::int64_t j = 0; j < dim; ++j) {
      expected.at(static_cast<std::size_t>(index[static_cast<std::size_t>(i)] * dim + j)) += dy.at(static_cast<std::size_t>(i * dim + j));
    }
  }
  std::vector<int> written(static_cast<std::size_t>(num * dim), 0);
  for (std::int64_t i = 0; i < places * dim; ++i) {
    const std::int64_t place = i / dim, column = i % dim;
    if (!is_first_place(index.data(), place)) continue;
    const auto to = static_cast<std::size_t>(index[static_cast<std::size_t>(place)] * dim + column);
    sums.at(to) = sum_of_places(index.data(), places, place, dy.data(), dim, column);
    ++written.at(to);
  }
  CHECK(sums == expected);  // to the bit
  for (std::size_t i = 0; i < written.size(); ++i) CHECK(written[i] == (i / dim == 3 || i / dim == 4 ? 0 : 1));
}
