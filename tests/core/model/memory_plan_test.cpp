#include <vector>

#include <doctest/doctest.h>

#include <weir/core/random.hpp>

#include "core/model/memory_plan.hpp"

using weir::PlannedBlock;

TEST_CASE("memory plan: blocks that live apart share bytes") {
  std::vector<PlannedBlock> blocks{{100, 0, 1}, {100, 2, 3}, {100, 1, 2}};
  CHECK(weir::plan_memory(blocks, true) == 256);
  CHECK(blocks[0].offset == blocks[1].offset);
  CHECK(weir::plan_memory(blocks, false) == 384);
}

TEST_CASE("memory plan: blocks that live together never overlap") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto draw = [&, n = std::uint64_t{0}](std::uint64_t bound) mutable {
      return static_cast<int>(weir::random_below(weir::RandomKey{seed}, n++, bound));
    };
    auto next = draw;
    std::vector<PlannedBlock> blocks;
    for (int i = 0; i < 30; ++i) {
      const int first = next(20);
      blocks.push_back({next(1000), first, first + next(6), 0});
    }
    const std::int64_t total = weir::plan_memory(blocks, true);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      CHECK(blocks[i].offset % 64 == 0);
      CHECK(blocks[i].offset + blocks[i].bytes <= total);
      for (std::size_t j = 0; j < i; ++j) {
        const bool together = blocks[i].first <= blocks[j].last && blocks[j].first <= blocks[i].last;
        const bool overlap = blocks[i].offset < blocks[j].offset + blocks[j].bytes && blocks[j].offset < blocks[i].offset + blocks[i].bytes;
        CHECK_FALSE((together && overlap && blocks[i].bytes > 0 && blocks[j].bytes > 0));
      }
    }
  }
}
