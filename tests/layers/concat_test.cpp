#include <doctest/doctest.h>

#include <limits>
#include <weir/core/error.hpp>
#include <weir/layers/concat.hpp>

#include "tests/support/compare.hpp"
#include "tests/support/layer_runner.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("concat: the inputs beside each other and dy in their parts") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    LayerRunner run(Concat(), {Shape{2}, Shape{1}, Shape{3}}, {.batch = 2, .dtype = dtype});
    run.set_x({1, 2, 11, 12}, 0);
    run.set_x({3, 13}, 1);
    run.set_x({4, 5, 6, 14, 15, 16}, 2);
    run.forward();
    CHECK(numbers(run.y()) == std::vector<double>{1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16});
    copy(run.y(), run.dy());
    run.backward();
    for (std::size_t i = 0; i < 3; ++i) CHECK(bits(run.dx(i)) == bits(run.x(i)));
  }
}

TEST_CASE("concat: leading dimensions count as samples") {
  LayerRunner run(Concat(), {Shape{2, 1}, Shape{2, 2}}, {.batch = 1});
  run.set_x({1, 4}, 0);
  run.set_x({2, 3, 5, 6}, 1);
  run.forward();
  CHECK(run.y().shape() == Shape{1, 2, 3});
  CHECK(numbers(run.y()) == std::vector<double>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("concat: whatever the rows are cut into") {
  for (const std::int64_t batch : {0, 1, 327, 328, 1000}) {
    LayerRunner run(Concat(), {Shape{3, 60}, Shape{3, 40}}, {.batch = batch, .threads = 3});
    run.randomize();
    run.forward();
    copy(run.y(), run.dy());
    run.backward();
    CHECK(bits(run.dx(0)) == bits(run.x(0)));
    CHECK(bits(run.dx(1)) == bits(run.x(1)));
  }
}

TEST_CASE("concat: a gradient that is not wanted leaves the others where they belong") {
  LayerRunner run(Concat(), {Shape{2}, Shape{1}, Shape{1}}, {.batch = 2});
  run.skip_dx(0);
  run.skip_dx(2);
  run.set_dy({1, 2, 3, 4, 5, 6, 7, 8});
  run.backward();
  CHECK(run.dx(0).empty());
  CHECK(numbers(run.dx(1)) == std::vector<double>{3, 7});
}

TEST_CASE("concat: inputs that do not fit are refused in words") {
  CHECK_THROWS_WITH_AS(Concat().infer(std::vector{Shape{3}}),
                       "got 1 input, expected 2 or more. Leave the layer out, or give it more nodes.", ShapeError);
  CHECK_THROWS_WITH_AS(Concat().infer(std::vector{Shape{}, Shape{}}),
                       "input 0 is a single number, [], expected at least one dimension. Add weir::Flatten() before it.", ShapeError);
  CHECK_THROWS_WITH_AS(Concat().infer(std::vector{Shape{4, 3}, Shape{5, 3}}),
                       "input 1 is [5, 3], expected [4, 3] as input 0 in all but the last dimension. Add weir::Flatten() before each, for "
                       "example.",
                       ShapeError);
  CHECK_THROWS_WITH_AS(Concat().infer(std::vector{Shape{4, 3}, Shape{3}}),
                       "input 1 is [3], expected [4, 3] as input 0 in all but the last dimension. Add weir::Flatten() before each, for "
                       "example.",
                       ShapeError);
  constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  CHECK_THROWS_WITH_AS(Concat().infer(std::vector{Shape{huge}, Shape{1}}),
                       "the last dimensions add up to more than 64 bits count. Use smaller inputs.", ShapeError);
  CHECK(Concat().infer(std::vector{Shape{2, 3}, Shape{2, 5}}).output == Shape{2, 8});
}
