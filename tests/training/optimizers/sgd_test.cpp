#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <weir/core/error.hpp>
#include <weir/training/sgd.hpp>

#include "tests/support/compare.hpp"
#include "tests/training/optimizers/optimizer_run.hpp"

using weir::ConfigError;
using weir::DType;
using weir::SGD;
using weir::test::bits;
using weir::test::four_steps;
using weir::test::many;
using weir::test::OptimizerRun;
using weir::test::slopes;
using weir::test::start;
using weir::test::worst_difference;

TEST_CASE("sgd: without options a step is w - lr g") {
  OptimizerRun run(SGD({.lr = 0.25}), start);
  CHECK(run.step(slopes[0]) == std::vector<double>{0.875, -1.75, 0.4375, 2.5});
  CHECK(SGD().moments().empty());
}

// From PyTorch 1.13, torch.optim.SGD in double; see optimizer_run.hpp for the parameters and gradients.
TEST_CASE("sgd: every form agrees with PyTorch over four steps") {
  struct {
    SGD sgd;
    std::vector<std::vector<double>> expected;
  } const cases[] = {
      {SGD({.lr = 0.1, .weight_decay = 0.01}),
       {{0.949, -1.898, 0.4745, 2.797},
        {0.798051, -1.908602, 0.5490254999999999, 2.994203},
        {0.822252949, -1.9566933979999999, 0.44847647449999994, 2.991208797},
        {0.746430696051, -1.9172367046019998, 0.4480279980254999, 2.863217588203}}},
      {SGD({.lr = 0.1, .momentum = 0.9}),
       {{0.95, -1.9, 0.475, 2.8},
        {0.755, -1.8225, 0.5275, 2.82},
        {0.6045, -1.80275, 0.47474999999999995, 2.8379999999999996},
        {0.39405000000000007, -1.7474750000000001, 0.42727499999999996, 2.7291999999999996}}},
      {SGD({.lr = 0.1, .momentum = 0.8, .dampening = 0.25, .weight_decay = 0.02}),
       {{0.948, -1.896, 0.474, 2.794},
        {0.7924779999999999, -1.8193309999999998, 0.5087389999999999, 2.775009},
        {0.6856216829999999, -1.7927668034999997, 0.46076709149999995, 2.7556536864999996},
        {0.5428581968754999, -1.7407012960947497, 0.42169841406274994, 2.64228595517025}}},
      {SGD({.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01, .nesterov = true}),
       {{0.9031, -1.8062, 0.45155, 2.6143},
        {0.57507411, -1.74389822, 0.572537055, 2.82490283},
        {0.4620709581909999, -1.7698887913819998, 0.42324397909549993, 2.831430931623},
        {0.19500775344133703, -1.675237025320174, 0.37859133057066846, 2.5969689168606167}}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.sgd.describe());
    CHECK(worst_difference(four_steps(c.sgd), c.expected) < 1e-14);
    CHECK(worst_difference(four_steps(c.sgd, DType::f32), c.expected) < 1e-6);
  }
}

TEST_CASE("sgd: the learning rate of a step is the one that is pointed to") {
  OptimizerRun run(SGD({.lr = 0.25}), start);
  run.learning_rate = 2;
  CHECK(run.step(slopes[0]) == std::vector<double>{0, 0, 0, -1});
}

TEST_CASE("sgd: sizes around a tile and any number of threads give equal bits") {
  const SGD sgd({.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01});
  for (const std::int64_t size : {1, 7, 2047, 2048, 2049, 10007}) {
    for (const DType dtype : {DType::f32, DType::f64}) {
      const auto w = many(size, 1), g = many(size, 2);
      OptimizerRun one(sgd, w, dtype, 1);
      one.step(g);
      const std::vector<double> last = one.step(g);
      for (const int threads : {2, 3, 4}) {
        OptimizerRun several(sgd, w, dtype, threads);
        several.step(g);
        several.step(g);
        CHECK(bits(several.parameters()) == bits(one.parameters()));
        CHECK(several.max_abs == one.max_abs);
      }
      OptimizerRun alone(sgd, {w.back()}, dtype);  // an element does not depend on its neighbours
      alone.step({g.back()});
      CHECK(alone.step({g.back()})[0] == last.back());
    }
  }
}

TEST_CASE("sgd: reports the max_abs magnitude that it wrote") {
  OptimizerRun plain(SGD({.lr = 1}), {1, -5, 2});
  plain.step({0, 2, 0});
  CHECK(plain.max_abs == 7);
  OptimizerRun momentum(SGD({.lr = 1, .momentum = 0.5}), {1, -5, 2});
  momentum.step({-20, 2, 0});
  CHECK(momentum.max_abs == 21);  // w = 1 + 20
  momentum.step({30, 2, 0});
  CHECK(momentum.max_abs == 20);  // b = 0.5 * -20 + 30, w = 1
  OptimizerRun infinite(SGD({.lr = 1}), many(5000, 3), DType::f32, 3);
  std::vector<double> g(5000, 0.0);
  g[4321] = -std::numeric_limits<double>::infinity();
  infinite.step(g);
  CHECK(std::isinf(infinite.max_abs));
  g[17] = std::numeric_limits<double>::quiet_NaN();
  infinite.step(g);
  CHECK(std::isnan(infinite.max_abs));
}

TEST_CASE("sgd: within its safe magnitude nothing overflows") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    for (const SGD& sgd : {SGD(), SGD({.weight_decay = 1e3}), SGD({.momentum = 0.999999, .weight_decay = 1}),
                           SGD({.momentum = 0.9, .weight_decay = 10, .nesterov = true})}) {
      const double most = sgd.safe_magnitude(dtype);
      CHECK(most > 1e15);
      for (const double g : {most, -most}) {
        OptimizerRun run(sgd, {most, -most, 0}, dtype);
        run.learning_rate = most;
        if (sgd.moments().size() == 1) weir::fill(run.moment(0), most);
        run.step({g, g, g});
        CHECK(std::isfinite(run.max_abs));
      }
    }
  }
  CHECK(SGD({.weight_decay = 1e39}).safe_magnitude(DType::f32) == 0);  // infinite in f32
}

TEST_CASE("sgd: describe and config name every option") {
  const SGD sgd({.lr = 0.1, .momentum = 0.9, .nesterov = true});
  CHECK(sgd.describe() == "sgd(lr=0.1, momentum=0.9, dampening=0, weight_decay=0, nesterov=true)");
  CHECK(sgd.config().number("momentum") == 0.9);
  CHECK(sgd.config().boolean("nesterov"));
  CHECK(sgd.learning_rate() == 0.1);
  CHECK(sgd.moments() == std::vector<std::string>{"momentum_buffer"});
}

TEST_CASE("sgd: options outside their range are refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH_AS(SGD({.lr = nan}), "sgd: lr is nan, expected a finite number, 0 or more.", ConfigError);
  CHECK_THROWS_WITH_AS(SGD({.lr = -0.5}), "sgd: lr is -0.5, expected a finite number, 0 or more.", ConfigError);
  CHECK_THROWS_WITH_AS(SGD({.lr = infinity}), "sgd: lr is inf, expected a finite number, 0 or more.", ConfigError);
  CHECK_THROWS_WITH_AS(SGD({.momentum = 1}), "sgd: momentum is 1, expected a number from 0 to below 1.", ConfigError);
  CHECK_THROWS_WITH_AS(SGD({.momentum = -0.1}), "sgd: momentum is -0.1, expected a number from 0 to below 1.", ConfigError);
  CHECK_THROWS_WITH_AS(SGD({.momentum = nan}), "sgd: momentum is nan, expected a number from 0 to below 1.", ConfigError);
  CHECK_THROWS_WITH_AS(SGD({.momentum = 0.9, .dampening = 1.5}), "sgd: dampening is 1.5, expected a number from 0 to 1.", ConfigError);
  CHECK_THROWS_WITH_AS(SGD({.weight_decay = -1}), "sgd: weight_decay is -1, expected a finite number, 0 or more.", ConfigError);
  CHECK_THROWS_WITH_AS(SGD({.nesterov = true}), "sgd: momentum is 0, expected a number above 0 with nesterov.", ConfigError);
  CHECK_THROWS_WITH_AS(SGD({.momentum = 0.9, .dampening = 0.1, .nesterov = true}), "sgd: dampening is 0.1, expected 0 with nesterov.",
                       ConfigError);
  CHECK_NOTHROW(SGD({.lr = 0}));
}
