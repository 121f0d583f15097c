#include <doctest/doctest.h>

#include "tests/support/run.hpp"

using weir::test::run;

TEST_CASE("examples: a layer of your own is checked and trained") {
  const auto ran = run("\"" CUSTOM_LAYER_PROGRAM "\"");
  CHECK_MESSAGE(ran.status == 0, ran.output);
  CHECK(ran.last_line() == "found 1.000 -2.000 0.500");
}
