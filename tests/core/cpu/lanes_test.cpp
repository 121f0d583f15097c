#include "core/cpu/lanes.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using namespace weir;

TEST_CASE("lanes: the sum of any count exactly where it is exact") {
  for (std::int64_t count = 0; count < 100; ++count) {
    CHECK(lane_sum<float>(count, [](std::int64_t i) { return static_cast<float>(i); }) == static_cast<float>(count * (count - 1) / 2));
  }
}

TEST_CASE("lanes: the largest of any count wherever it stands") {
  for (std::size_t count = 1; count < 70; ++count) {
    for (std::size_t at = 0; at < count; ++at) {
      std::vector<float> x(count, -std::numeric_limits<float>::infinity());
      x[at] = -3;
      CHECK(lane_max(x.data(), static_cast<std::int64_t>(count)) == -3);
    }
  }
}
