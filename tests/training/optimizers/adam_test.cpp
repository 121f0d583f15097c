#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <weir/core/error.hpp>
#include <weir/training/adam.hpp>

#include "tests/support/compare.hpp"
#include "tests/training/optimizers/optimizer_run.hpp"

using weir::Adam;
using weir::ConfigError;
using weir::DType;
using weir::test::bits;
using weir::test::four_steps;
using weir::test::many;
using weir::test::OptimizerRun;
using weir::test::start;
using weir::test::worst_difference;

// From PyTorch 1.13, torch.optim.Adam in double; see optimizer_run.hpp for the parameters and gradients.
TEST_CASE("adam: agrees with PyTorch over four steps") {
  struct {
    Adam adam;
    std::vector<std::vector<double>> expected;
  } const cases[] = {
      {Adam({.lr = 0.1}),
       {{0.900000002, -1.900000001, 0.4000000039999998, 2.9000000005},
        {0.8082218909226944, -1.8427465442307698, 0.4494189864458514, 2.9052631583684208},
        {0.7481305560948981, -1.8315228802839099, 0.4229789646066314, 2.909331594650405},
        {0.6788892515169023, -1.8044037129768336, 0.40132090758676975, 2.888863872343633}}},
      {Adam({.lr = 0.05, .beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3, .weight_decay = 0.1}),
       {{0.9500831946755408, -1.9500416319733556, 0.45016611295681064, 2.9500217296827467},
        {0.9027434656220303, -1.9159838027846812, 0.4737551280194419, 2.9481633486278955},
        {0.8715617630214556, -1.9009204409489553, 0.4555838549115072, 2.943116981253027},
        {0.8351750402983261, -1.8761201246703343, 0.4403529036213092, 2.9235027430262703}}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.adam.describe());
    CHECK(worst_difference(four_steps(c.adam), c.expected) < 1e-14);
    CHECK(worst_difference(four_steps(c.adam, DType::f32), c.expected) < 1e-6);
  }
}

TEST_CASE("adam: the first step is lr times the sign of the gradient whatever its size") {
  OptimizerRun run(Adam({.lr = 0.5, .eps = 1e-30}), {0, 0, 0, 1});
  const auto w = run.step({1e-9, -3, 1e6, 0});
  CHECK(std::abs(w[0] + 0.5) < 1e-12);
  CHECK(std::abs(w[1] - 0.5) < 1e-12);
  CHECK(std::abs(w[2] + 0.5) < 1e-12);
  CHECK(w[3] == 1);
}

TEST_CASE("adam: sizes around a tile and any number of threads give equal bits") {
  const Adam adam({.lr = 0.1, .weight_decay = 0.01});
  for (const std::int64_t size : {1, 7, 2047, 2048, 2049, 10007}) {
    for (const DType dtype : {DType::f32, DType::f64}) {
      const auto w = many(size, 1), g = many(size, 2);
      OptimizerRun one(adam, w, dtype, 1);
      one.step(g);
      const std::vector<double> last = one.step(g);
      for (const int threads : {2, 3, 4}) {
        OptimizerRun several(adam, w, dtype, threads);
        several.step(g);
        several.step(g);
        CHECK(bits(several.parameters()) == bits(one.parameters()));
        CHECK(several.max_abs == one.max_abs);
      }
      OptimizerRun alone(adam, {w.back()}, dtype);
      alone.step({g.back()});
      CHECK(alone.step({g.back()})[0] == last.back());
    }
  }
}

TEST_CASE("adam: reports the max_abs magnitude of parameters and both moments") {
  OptimizerRun run(Adam({.lr = 1e-3, .beta1 = 0.5, .beta2 = 0.75}), {1, -5, 2});
  run.step({0, 0, 0});
  CHECK(run.max_abs == 5);
  run.step({-16, 0, 0});
  CHECK(run.max_abs == 64);  // v = 0.25 * 256
  OptimizerRun mean(Adam({.lr = 1e-3, .beta1 = 0.5, .beta2 = 0.99}), {0, 0});
  mean.step({0, -32});
  CHECK(mean.max_abs == 16);  // m = 0.5 * -32, v = 10.24
  OptimizerRun overflow(Adam(), {0, 0}, DType::f32);
  overflow.step({0, 1e25});
  CHECK(std::isinf(overflow.max_abs));  // the square of 1e25
}

TEST_CASE("adam: within its safe magnitude nothing overflows") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    for (const Adam& adam : {Adam(), Adam({.weight_decay = 1e3}), Adam({.beta1 = 1 - 1e-9, .beta2 = 1 - 1e-9}), Adam({.eps = 1e-30}),
                             Adam({.beta1 = 0, .beta2 = 0, .eps = 10})}) {
      const double most = adam.safe_magnitude(dtype);
      CAPTURE(adam.describe());
      CHECK(most > 0);
      for (const double g : {most, -most, most * 1e-30}) {
        for (const double square : {most, 0.0}) {
          OptimizerRun run(adam, {most, -most, 0}, dtype);
          run.learning_rate = most;
          weir::fill(run.moment(0), -most);
          weir::fill(run.moment(1), square);
          run.step({g, g, g});
          CHECK(std::isfinite(run.max_abs));
        }
      }
    }
  }
  CHECK(Adam().safe_magnitude(DType::f32) > 1e12);              // far above any usual step
  CHECK(Adam({.eps = 1e-50}).safe_magnitude(DType::f32) == 0);  // eps rounds to 0 in f32
}

TEST_CASE("adam: describe and config name every option") {
  CHECK(Adam().describe() == "adam(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08, weight_decay=0, amsgrad=false)");
  CHECK(Adam({.beta2 = 0.5}).config().number("beta2") == 0.5);
  CHECK(Adam({.lr = 0.5}).learning_rate() == 0.5);
  CHECK(Adam().moments() == std::vector<std::string>{"exp_avg", "exp_avg_sq"});
}

TEST_CASE("adam: options outside their range are refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH_AS(Adam({.lr = nan}), "adam: lr is nan, expected a finite number, 0 or more.", ConfigError);
  CHECK_THROWS_WITH_AS(Adam({.lr = -1e-3}), "adam: lr is -0.001, expected a finite number, 0 or more.", ConfigError);
  CHECK_THROWS_WITH_AS(Adam({.lr = infinity}), "adam: lr is inf, expected a finite number, 0 or more.", ConfigError);
  CHECK_THROWS_WITH_AS(Adam({.beta1 = 1}), "adam: beta1 is 1, expected a number from 0 to below 1.", ConfigError);
  CHECK_THROWS_WITH_AS(Adam({.beta2 = -0.1}), "adam: beta2 is -0.1, expected a number from 0 to below 1.", ConfigError);
  CHECK_THROWS_WITH_AS(Adam({.beta2 = nan}), "adam: beta2 is nan, expected a number from 0 to below 1.", ConfigError);
  CHECK_THROWS_WITH_AS(Adam({.eps = 0}), "adam: eps is 0, expected a finite number above 0.", ConfigError);
  CHECK_THROWS_WITH_AS(Adam({.eps = infinity}), "adam: eps is inf, expected a finite number above 0.", ConfigError);
  CHECK_THROWS_WITH_AS(Adam({.weight_decay = nan}), "adam: weight_decay is nan, expected a finite number, 0 or more.", ConfigError);
}
