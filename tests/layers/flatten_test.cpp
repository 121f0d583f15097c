#include <doctest/doctest.h>

#include <weir/core/error.hpp>
#include <weir/layers/flatten.hpp>

#include "tests/support/compare.hpp"
#include "tests/support/layer_runner.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("flatten: one dimension a sample with the numbers unchanged in both directions") {
  const Flatten flatten;
  for (const DType dtype : {DType::f32, DType::f64}) {
    for (const std::int64_t batch : {0, 1, 5}) {
      LayerRunner run(flatten, {Shape{2, 3, 4}}, {.batch = batch, .dtype = dtype});
      run.randomize();
      run.forward();
      run.backward();
      CHECK(run.y().shape() == Shape{batch, 24});
      CHECK(run.dx().shape() == Shape{batch, 2, 3, 4});
      CHECK(bits(run.y()) == bits(run.x()));
      CHECK(bits(run.dx()) == bits(run.dy()));
    }
  }
}

TEST_CASE("flatten: a number becomes a vector of one") {
  CHECK(Flatten().infer(std::vector{Shape{}}).output == Shape{1});
  CHECK(Flatten().infer(std::vector{Shape{7}}).output == Shape{7});
}

TEST_CASE("flatten: works in place and needs nothing in backward and skips a gradient that is not wanted") {
  const Flatten flatten;
  const LayerPlan plan = flatten.infer(std::vector{Shape{2, 2}});
  CHECK(plan.in_place);
  CHECK(plan.backward_needs == Needs::neither);
  LayerRunner run(flatten, {Shape{2, 2}}, {.batch = 2});
  run.set_x({1, 2, 3, 4, 5, 6, 7, 8});
  LayerArgs& args = run.bind();
  args.y = run.x().reshaped(Shape{2, 4});
  flatten.forward(run.context(), args);
  CHECK(numbers(run.x()) == std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8});
  run.skip_dx();
  run.backward();
  CHECK(run.dx().empty());
}

TEST_CASE("flatten: takes one input") {
  CHECK_THROWS_WITH_AS(Flatten().infer(std::vector{Shape{1}, Shape{2}, Shape{3}}),
                       "got 3 inputs, expected 1. Join them with weir::Add() or weir::Concat() first.", ShapeError);
}
