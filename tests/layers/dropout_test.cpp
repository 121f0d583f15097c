#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <weir/core/random.hpp>
#include <weir/layers/dropout.hpp>

#include "tests/support/compare.hpp"
#include "tests/support/layer_runner.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("dropout: keeps what Philox says and scales it") {
  LayerRunner run(Dropout(0.25), {Shape{7}}, {.batch = 3, .seed = 5});
  run.randomize();
  run.forward();
  run.backward();
  for (std::size_t i = 0; i < 21; ++i) {
    const bool kept = random_bits(RandomKey{5}, i / 4, 0)[i % 4] >= 0x40000000U;
    const float scale = static_cast<float>(1 / 0.75);
    CHECK(run.y().values<float>()[i] == (kept ? run.x().values<float>()[i] * scale : 0));
    CHECK(run.dx().values<float>()[i] == (kept ? run.dy().values<float>()[i] * scale : 0));
  }
}

TEST_CASE("dropout: the share of zeros is p") {
  for (const double p : {0.1, 0.5, 0.9}) {
    LayerRunner run(Dropout(p), {Shape{20000}}, {.batch = 5, .dtype = DType::f64});
    run.set_x(std::vector<double>(100000, 1.0));
    run.forward();
    int zeros = 0;
    double sum = 0;
    for (const double y : numbers(run.y())) {
      zeros += y == 0 ? 1 : 0;
      sum += y;
    }
    const double deviation = std::sqrt(100000 * p * (1 - p));
    CHECK(std::abs(zeros - 100000 * p) < 5 * deviation);
    CHECK(sum == doctest::Approx((100000 - zeros) / (1 - p)));
  }
}

TEST_CASE("dropout: another step or key or place drops others") {
  const Dropout layer(0.5);
  LayerRunner run(layer, {Shape{64}}, {.batch = 2, .seed = 1});
  run.set_x(std::vector<double>(128, 1.0));
  const std::uint64_t steps[] = {0, 1};
  Context context = run.context();
  const auto mask = [&](std::uint64_t key, const std::uint64_t& step) {
    context.key = RandomKey{key};
    context.step = &step;
    layer.forward(context, run.bind());
    return bits(run.y());
  };
  const auto first = mask(1, steps[0]);
  CHECK(mask(1, steps[1]) != first);
  CHECK(mask(2, steps[0]) != first);
  CHECK(mask(1, steps[0]) == first);
  CHECK(bits(run.y().rows(0, 1)) != bits(run.y().rows(1, 1)));
}

TEST_CASE("dropout: does nothing in inference and everything at its ends") {
  LayerRunner rest(Dropout(0.5), {Shape{9}}, {.batch = 2, .training = false});
  rest.randomize();
  rest.forward();
  rest.backward();
  CHECK(bits(rest.y()) == bits(rest.x()));
  CHECK(bits(rest.dx()) == bits(rest.dy()));
  for (const double p : {0.0, 1.0}) {
    LayerRunner run(Dropout(p), {Shape{9}}, {.batch = 2});
    run.randomize();
    run.forward();
    for (std::size_t i = 0; i < 18; ++i) CHECK(run.y().values<float>()[i] == (p == 0 ? run.x().values<float>()[i] : 0));
  }
}

TEST_CASE("dropout: a dropped infinity or NaN is 0") {
  LayerRunner run(Dropout(1), {Shape{2}}, {.batch = 1});
  run.set_x({std::numeric_limits<double>::infinity(), std::nan("")});
  run.forward();
  CHECK(numbers(run.y()) == std::vector<double>{0, 0});
}
