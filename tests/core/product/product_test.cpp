#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "tests/core/product/product_case.hpp"
#include "tests/support/malloc_counter.hpp"

using weir::test::EveryInstructionSet;
using weir::test::GuardedMatrix;
using weir::test::ProductCase;
using weir::test::Sizes;

namespace {

constexpr std::array<std::array<bool, 2>, 4> layouts{{{false, true}, {true, false}, {false, false}, {true, true}}};

// Sizes around every width of a vector, a strip, a panel and a chunk of rows, and primes.
constexpr std::array<std::int64_t, 41> edges{0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13,  14,  15,  16,  17,  19,  23, 24,
                                             25, 29, 31, 32, 33, 37, 47, 48, 49, 63, 64, 65, 97, 119, 120, 121, 127, 241, 256, 257};

// Cases: several tiles each way with remainders; several tiles and several blocks of k; operands aligned as the kernels prefer; few rows
// with b transposed, so that the product is computed transposed; operands larger than L2; a single row; k around the largest block and
// twice that, in narrower tiles; the widest tiles, of whole rows; a transposed with a row stride of whole pages, a packed once or by each
// tile and b once or by each thread, with one and several blocks of k; a deep b read in place by one thread; a beyond L2 with more lines to
// prefetch than steps of k; whole strips up to the last row with several blocks of k, ending within a vector; very small k, also with a
// beyond L2.
constexpr std::array<Sizes, 32> large{{{.m = 64, .n = 131, .k = 785},
                                       {.m = 131, .n = 787, .k = 67},
                                       {.m = 300, .n = 301, .k = 302},
                                       {.m = 1100, .n = 10, .k = 600},
                                       {.m = 11, .n = 1500, .k = 530},
                                       {.m = 25, .n = 600, .k = 1031},
                                       {.m = 203, .n = 397, .k = 600},
                                       {.m = 1031, .n = 70, .k = 130},
                                       {.m = 128, .n = 784, .k = 64},
                                       {.m = 30, .n = 121, .k = 3},
                                       {.m = 46, .n = 390, .k = 530},
                                       {.m = 128, .n = 1031, .k = 61},
                                       {.m = 601, .n = 263, .k = 520},
                                       {.m = 520, .n = 521, .k = 1030},
                                       {.m = 16, .n = 600, .k = 1030},
                                       {.m = 20, .n = 600, .k = 530},
                                       {.m = 1100, .n = 10, .k = 1100},
                                       {.m = 1, .n = 131, .k = 849},
                                       {.m = 140, .n = 300, .k = 800},
                                       {.m = 131, .n = 150, .k = 801},
                                       {.m = 131, .n = 150, .k = 1601},
                                       {.m = 1030, .n = 128, .k = 600},
                                       {.m = 1024, .n = 512, .k = 70},
                                       {.m = 200, .n = 264, .k = 300, .gap = 824},
                                       {.m = 200, .n = 1000, .k = 257, .gap = 824},
                                       {.m = 1024, .n = 8, .k = 260},
                                       {.m = 1024, .n = 33, .k = 30},
                                       {.m = 128, .n = 512, .k = 260},
                                       {.m = 1030, .n = 64, .k = 600},
                                       {.m = 30, .n = 61, .k = 1700},
                                       {.m = 301, .n = 390, .k = 10},
                                       {.m = 17000, .n = 70, .k = 16}}};

void check(const Sizes& sizes, GuardedMatrix::At at = GuardedMatrix::At::end) {
  ProductCase c(sizes, at);
  EveryInstructionSet().run([&](weir::cpu::InstructionSet set) {
    c.multiply();
    const double worst = c.worst_error();
    CAPTURE(set);
    CAPTURE(sizes);
    CHECK(worst <= 1);
    CHECK(c.c.untouched_between());
  });
}

template <class F>
void for_each_layout(Sizes sizes, F&& f) {
  for (const auto& [transpose_a, transpose_b] : layouts) {
    sizes.transpose_a = transpose_a;
    sizes.transpose_b = transpose_b;
    f(sizes);
  }
}

}  // namespace

TEST_CASE("product: every edge of m in every layout") {
  for (const std::int64_t m : edges) {
    for (const std::int64_t n : {1, 10, 33}) {
      for (const std::int64_t k : {1, 10, 37}) for_each_layout({.m = m, .n = n, .k = k}, [](const Sizes& s) { check(s); });
    }
  }
}

TEST_CASE("product: every edge of n in every layout") {
  for (const std::int64_t n : edges) {
    for (const std::int64_t m : {1, 2, 13, 26}) {
      for (const std::int64_t k : {1, 35}) for_each_layout({.m = m, .n = n, .k = k}, [](const Sizes& s) { check(s); });
    }
  }
}

TEST_CASE("product: every edge of k in every layout") {
  for (const std::int64_t k : edges) {
    for (const std::int64_t m : {1, 3, 7, 26}) {
      for (const std::int64_t n : {1, 10, 33, 64, 125}) for_each_layout({.m = m, .n = n, .k = k}, [](const Sizes& s) { check(s); });
    }
  }
  for (const std::int64_t k : {511, 512, 513, 1021}) {
    for_each_layout({.m = 27, .n = 34, .k = k}, [](const Sizes& s) { check(s); });
  }
}

TEST_CASE("product: rows with something between them and memory that begins at a guard") {
  for (const std::int64_t gap : {0, 1, 3, 16, 29}) {
    for (const std::int64_t m : {1, 5, 30}) {
      for_each_layout({.m = m, .n = 45, .k = 261, .gap = gap}, [](const Sizes& s) {
        check(s);
        check(s, GuardedMatrix::At::begin);
      });
    }
  }
}

TEST_CASE("product: several tiles in every layout") {
  for (const Sizes& sizes : large) for_each_layout(sizes, [](const Sizes& s) { check(s); });
}

TEST_CASE("product: a bias is added once to what each element is without") {
  EveryInstructionSet().run([](weir::cpu::InstructionSet set) {
    CAPTURE(set);
    const auto check_bias = [](const Sizes& s) {
      CAPTURE(s);
      const ProductCase c(s);
      c.multiply();
      auto expected = c.result();
      for (std::size_t i = 0; i < expected.size(); ++i) expected[i] += c.bias(0, static_cast<std::int64_t>(i) % s.n);
      std::atomic<int> different{0};
      auto look = [&](const weir::cpu::Tile& tile) {  // must see the bias already added
        for (std::int64_t i = tile.row; i < tile.row + tile.rows; ++i) {
          const auto at = static_cast<std::size_t>(i * s.n + tile.column);
          different += std::memcmp(&c.c(i, tile.column), &expected[at], static_cast<std::size_t>(tile.columns) * sizeof(float)) != 0;
        }
      };
      for (const int threads : {1, 3}) {
        c.multiply_and_add_bias(threads, weir::cpu::tile_epilogue(look));
        CHECK(different == 0);
        CHECK(c.result() == expected);
        CHECK(c.c.untouched_between());
      }
    };
    for (const Sizes& sizes : large) for_each_layout(sizes, check_bias);
    for (const std::int64_t n : edges) {
      for (const std::int64_t m : {1, 2, 13, 26}) {
        for (const std::int64_t k : {0, 1, 35}) for_each_layout({.m = m, .n = n, .k = k}, check_bias);
      }
    }
  });
}

TEST_CASE("product: an empty inner dimension gives zeros an empty c is left alone") {
  EveryInstructionSet().run([](weir::cpu::InstructionSet set) {
    CAPTURE(set);
    for_each_layout({.m = 30, .n = 20, .k = 0}, [](const Sizes& s) {
      const ProductCase c(s);
      c.multiply();
      CHECK(c.result() == std::vector<float>(600, 0.0F));
      CHECK(c.c.untouched_between());
    });
    int calls = 0;
    auto count = [&](const weir::cpu::Tile&) { ++calls; };
    ProductCase({.m = 0, .n = 20, .k = 5}).multiply(2, weir::cpu::tile_epilogue(count));
    ProductCase({.m = 20, .n = 0, .k = 5}).multiply(2, weir::cpu::tile_epilogue(count));
    CHECK(calls == 0);
  });
}

TEST_CASE("product: NaN and infinity reach their row or column and nothing else") {
  const auto inf = std::numeric_limits<float>::infinity();
  EveryInstructionSet().run([&](weir::cpu::InstructionSet set) {
    CAPTURE(set);
    for (const std::int64_t m : {1, 7, 29}) {
      for_each_layout({.m = m, .n = 21, .k = 43}, [&](const Sizes& s) {
        CAPTURE(s);
        const std::int64_t row = m / 2, column = 19, last = s.k - 1;
        for (const float bad : {ProductCase::nan, inf, -inf}) {
          const auto as_it_should = [&](bool in_row, const ProductCase& c) {
            int wrong = 0;
            for (std::int64_t i = 0; i < s.m; ++i) {
              for (std::int64_t j = 0; j < s.n; ++j) {
                // Only products with the NaN or infinity are not 0 but NaN.
                const bool reached = in_row ? i == row : j == column;
                wrong += reached ? !std::isnan(c.c(i, j)) : c.c(i, j) != 0.0F;
              }
            }
            return wrong == 0;
          };
          const ProductCase left(s), right(s);
          for (std::int64_t p = 0; p < s.k; ++p) {
            for (std::int64_t j = 0; j < s.n; ++j) left.right(p, j) = 0.0F;
            for (std::int64_t i = 0; i < s.m; ++i) right.left(i, p) = 0.0F;
          }
          left.left(row, last) = bad;
          right.right(last, column) = bad;
          left.multiply();
          right.multiply();
          CHECK(as_it_should(true, left));
          CHECK(as_it_should(false, right));
        }
      });
    }
  });
}

TEST_CASE("product: the same bits for any number of threads") {
  EveryInstructionSet().run([](weir::cpu::InstructionSet set) {
    CAPTURE(set);
    for (const Sizes& sizes : large) {
      for_each_layout(sizes, [](const Sizes& s) {
        CAPTURE(s);
        const ProductCase c(s);
        c.multiply(1);
        const auto one = c.result();
        for (const int threads : {1, 2, 3, 4}) {
          c.multiply(threads);
          const auto now = c.result();
          CHECK(std::memcmp(one.data(), now.data(), one.size() * sizeof(float)) == 0);
        }
      });
    }
  });
}

// The trained weights must not depend on how batches are cut into tiles.
TEST_CASE("product: an elements bits depend on k not on where it lies") {
  for (const weir::cpu::InstructionSet set : weir::cpu::instruction_sets()) {
    if (set == weir::cpu::InstructionSet::generic) continue;  // Eigen's tiles give other bits
    CAPTURE(set);
    const EveryInstructionSet restore;
    weir::cpu::use_instruction_set(set);
    for_each_layout({.m = 130, .n = 100, .k = 300}, [](const Sizes& s) {
      CAPTURE(s);
      const ProductCase whole(s);
      whole.multiply();
      Sizes part = s;
      part.m = 47;
      part.n = 35;
      const ProductCase corner(part);
      for (std::int64_t p = 0; p < s.k; ++p) {
        for (std::int64_t i = 0; i < part.m; ++i) corner.left(i, p) = whole.left(60 + i, p);
        for (std::int64_t j = 0; j < part.n; ++j) corner.right(p, j) = whole.right(p, 61 + j);
      }
      corner.multiply();
      int different = 0;
      for (std::int64_t i = 0; i < part.m; ++i) {
        for (std::int64_t j = 0; j < part.n; ++j) different += corner.c(i, j) != whole.c(60 + i, 61 + j);
      }
      CHECK(different == 0);
    });
  }
}

TEST_CASE("product: the epilogue sees every element once finished") {
  EveryInstructionSet().run([](weir::cpu::InstructionSet set) {
    CAPTURE(set);
    for (const Sizes& sizes : large) {
      for_each_layout(sizes, [](const Sizes& s) {
        CAPTURE(s);
        const ProductCase c(s);
        c.multiply();
        const auto plain = c.result();
        for (const int threads : {1, 3}) {
          std::vector<float> values(plain.size());
          std::vector<weir::cpu::Tile> tiles;
          std::mutex at_tiles;
          const auto each = [&](const weir::cpu::Tile& tile, auto&& element) {
            for (std::int64_t i = tile.row; i < tile.row + tile.rows; ++i) {
              for (std::int64_t j = tile.column; j < tile.column + tile.columns; ++j) element(i, j, static_cast<std::size_t>(i * s.n + j));
            }
          };
          auto look = [&](const weir::cpu::Tile& tile) {
            each(tile, [&](std::int64_t i, std::int64_t j, std::size_t place) {
              values.at(place) = c.c(i, j);
              c.c(i, j) += 1;
            });
            const std::lock_guard lock(at_tiles);
            tiles.push_back(tile);
          };
          c.multiply(threads, weir::cpu::tile_epilogue(look));
          std::vector<int> seen(plain.size());
          for (const weir::cpu::Tile& tile : tiles) each(tile, [&](std::int64_t, std::int64_t, std::size_t place) { ++seen.at(place); });
          CHECK(std::all_of(seen.begin(), seen.end(), [](int count) { return count == 1; }));
          CHECK(values == plain);
          for (float& value : values) value += 1;
          CHECK(values == c.result());
        }
      });
    }
  });
}

TEST_CASE("product: allocates nothing from the second call on") {
  if (const char* why = weir::test::allocations_unknown()) {
    MESSAGE("SKIPPED: " << std::string(why));
    return;
  }
  EveryInstructionSet().run([](weir::cpu::InstructionSet set) {
    CAPTURE(set);
    for (const Sizes& sizes : large) {
      for_each_layout(sizes, [](const Sizes& s) {
        CAPTURE(s);
        const ProductCase c(s);
        c.multiply(2);
        const auto before = weir::test::allocations();
        c.multiply(2);
        CHECK(weir::test::allocations() == before);
      });
    }
  });
}

// Allocations of a product m x n x k and then of smaller ones, on a thread that has made no product before.
template <class Smaller>
int allocating_after(const Sizes& first, const std::vector<std::int64_t>& batches, int threads, Smaller smaller) {
  int count = 0;
  std::thread([&] {
    ProductCase(first).multiply(threads);
    for (const std::int64_t batch : batches) {
      Sizes sizes = first;
      smaller(sizes) = batch;
      const ProductCase c(sizes);
      const auto before = weir::test::allocations();
      c.multiply(threads);
      count += weir::test::allocations() == before ? 0 : 1;
    }
  }).join();
  return count;
}

TEST_CASE("product: a smaller batch after a larger one allocates nothing whichever way it is computed") {
  if (const char* why = weir::test::allocations_unknown()) {
    MESSAGE("SKIPPED: " << std::string(why));
    return;
  }
  const auto rows = [](Sizes& s) -> std::int64_t& { return s.m; };
  const auto depth = [](Sizes& s) -> std::int64_t& { return s.k; };
  EveryInstructionSet().run([&](weir::cpu::InstructionSet set) {
    CAPTURE(set);
    for (const int threads : {1, 2}) {
      CAPTURE(threads);
      CHECK(allocating_after({.m = 1100, .n = 512, .k = 2048, .transpose_b = true}, {1030, 600, 500}, threads, rows) == 0);
      CHECK(allocating_after({.m = 256, .n = 512, .k = 2048, .transpose_b = true}, {130, 128, 64, 30, 20, 12, 3}, threads, rows) == 0);
      CHECK(allocating_after({.m = 128, .n = 784, .k = 64, .transpose_b = true}, {100, 40, 30, 3}, threads, rows) == 0);
      CHECK(allocating_after({.m = 1100, .n = 256, .k = 1024}, {700, 300, 10}, threads, rows) == 0);
      CHECK(allocating_after({.m = 1100, .n = 128, .k = 2200, .transpose_b = true}, {700, 256, 130, 64, 10}, threads, rows) == 0);
      CHECK(allocating_after({.m = 1024, .n = 1024, .k = 513, .transpose_a = true}, {512, 300, 100, 7}, threads, depth) == 0);
      CHECK(allocating_after({.m = 1024, .n = 1024, .k = 257, .transpose_a = true}, {256, 200, 128, 64, 8}, threads, depth) == 0);
      CHECK(allocating_after({.m = 512, .n = 512, .k = 600, .transpose_a = true}, {512, 500, 128, 100, 16}, threads, depth) == 0);
    }
  });
}

TEST_CASE("product: the best instruction set is the default") {
  const auto sets = weir::cpu::instruction_sets();
  CHECK(weir::cpu::instruction_set() == sets.front());
  CHECK(sets.back() == weir::cpu::InstructionSet::generic);
#if defined(__x86_64__)
  using enum weir::cpu::InstructionSet;
  REQUIRE(sets.size() > 1);
  CHECK(sets[sets.size() - 2] == sse2);
  const bool wide = __builtin_cpu_supports("avx512f"), middle = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  CHECK(sets.front() == (wide ? avx512 : middle ? avx2 : sse2));
#endif
}
