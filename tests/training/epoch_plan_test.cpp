#include "training/epoch_plan.hpp"

#include <doctest/doctest.h>

using namespace weir;

TEST_CASE("epoch plan: the last step may have fewer batches and the last batch fewer samples") {
  const EpochPlan plan(115, 16, 3);  // batches of 7 x 16 and 3
  CHECK(plan.steps() == 3);
  CHECK(plan.micro_batches(0) == 3);
  CHECK(plan.micro_batches(2) == 2);
  CHECK(plan.samples(1) == 48);
  CHECK(plan.samples(2) == 19);
  CHECK(plan.is_whole(1));
  CHECK_FALSE(plan.is_whole(2));
  const MicroBatch middle = plan.micro_batch(1, 1), end = plan.micro_batch(2, 1);
  CHECK(middle.batch == 4);
  CHECK(middle.rows == 16);
  CHECK(middle.share() == 16. / 48);
  CHECK_FALSE(middle.last);
  CHECK(end.batch == 7);
  CHECK(end.rows == 3);
  CHECK(end.share() == 3. / 19);
  CHECK(end.last);
  CHECK_FALSE(end.alone());
}

TEST_CASE("epoch plan: every batch is in one step and the shares of a step are its whole") {
  for (std::int64_t samples = 1; samples < 40; ++samples) {
    for (std::int64_t batch = 1; batch < 9; ++batch) {
      for (const std::int64_t accumulate : {1, 2, 3, 5, 1000}) {
        const EpochPlan plan(samples, batch, accumulate);
        std::int64_t batches = 0, seen = 0;
        for (std::int64_t step = 0; step < plan.steps(); ++step) {
          std::int64_t rows = 0;
          for (std::int64_t i = 0; i < plan.micro_batches(step); ++i) {
            const MicroBatch part = plan.micro_batch(step, i);
            REQUIRE(part.batch == batches++);
            REQUIRE(part.rows > 0);
            REQUIRE(part.last == (i + 1 == plan.micro_batches(step)));
            REQUIRE(part.alone() == (plan.micro_batches(step) == 1));
            rows += part.rows;
          }
          REQUIRE(rows == plan.samples(step));
          REQUIRE(plan.micro_batch(step, 0).samples == rows);
          REQUIRE((plan.is_whole(step) || step + 1 == plan.steps()));
          seen += rows;
        }
        REQUIRE(seen == samples);
      }
    }
  }
}
