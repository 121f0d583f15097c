#include <doctest/doctest.h>

#include <cmath>
#include <weir/core/error.hpp>
#include <weir/layers/add.hpp>

#include "tests/support/compare.hpp"
#include "tests/support/layer_runner.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("add: the sum of two and of three inputs and dy for each") {
  const Add add;
  for (const DType dtype : {DType::f32, DType::f64}) {
    LayerRunner two(add, {Shape{3}, Shape{3}}, {.batch = 2, .dtype = dtype});
    two.set_x({1, 2, 3, 4, 5, 6}, 0);
    two.set_x({10, 20, 30, 40, 50, 60}, 1);
    two.set_dy({1, -1, 2, -2, 3, -3});
    two.forward();
    two.backward();
    CHECK(numbers(two.y()) == std::vector<double>{11, 22, 33, 44, 55, 66});
    CHECK(bits(two.dx(0)) == bits(two.dy()));
    CHECK(bits(two.dx(1)) == bits(two.dy()));

    LayerRunner three(add, {Shape{}, Shape{}, Shape{}}, {.batch = 2, .dtype = dtype});
    three.set_x({1, 2}, 0);
    three.set_x({10, 20}, 1);
    three.set_x({100, 200}, 2);
    three.forward();
    CHECK(numbers(three.y()) == std::vector<double>{111, 222});
  }
}

TEST_CASE("add: adds from left to right") {
  LayerRunner run(Add(), {Shape{}, Shape{}, Shape{}}, {.batch = 1, .dtype = DType::f32});
  run.set_x({0x1p24}, 0);
  run.set_x({1}, 1);
  run.set_x({1}, 2);
  run.forward();
  CHECK(numbers(run.y()) == std::vector<double>{0x1p24});  // 2^24 + 1 is no float and rounds to even; 1 + 1 first would give 2^24 + 2
}

TEST_CASE("add: every size whatever it is cut into") {
  for (const std::int64_t size : {1, 1023, 1024, 1025, 32767, 32768, 32769, 100003}) {
    CAPTURE(size);
    LayerRunner run(Add(), {Shape{size}, Shape{size}, Shape{size}}, {.batch = 1, .dtype = DType::f64, .threads = 3});
    run.randomize();
    run.forward();
    const auto x0 = numbers(run.x(0)), x1 = numbers(run.x(1)), x2 = numbers(run.x(2));
    std::vector<double> expected;
    for (std::size_t i = 0; i < x0.size(); ++i) expected.push_back(x0[i] + x1[i] + x2[i]);
    CHECK(numbers(run.y()) == expected);
  }
}

TEST_CASE("add: y may be any of the inputs which may be one and the same") {
  const Add add;
  const std::vector<double> x0{1, 2, 3}, x1{10, 20, 30}, x2{100, 200, 300};
  const auto fresh = [&] {
    LayerRunner run(add, {Shape{3}, Shape{3}, Shape{3}}, {.batch = 1});
    run.set_x(x0, 0);
    run.set_x(x1, 1);
    run.set_x(x2, 2);
    return run;
  };
  for (std::size_t i = 0; i < 3; ++i) {
    LayerRunner run = fresh();
    LayerArgs& args = run.bind();
    args.y = run.x(i);
    add.forward(run.context(), args);
    CHECK(numbers(run.x(i)) == std::vector<double>{111, 222, 333});
  }
  LayerRunner run = fresh();
  LayerArgs& args = run.bind();
  const ConstTensorView same[] = {run.x(0), run.x(0), run.x(0)};
  args.x = same;
  args.y = run.x(0);
  add.forward(run.context(), args);
  CHECK(numbers(run.x(0)) == std::vector<double>{3, 6, 9});
}

TEST_CASE("add: a batch of 0 and gradients that are not wanted") {
  LayerRunner run(Add(), {Shape{3}, Shape{3}}, {.batch = 0});
  run.forward();
  run.backward();
  LayerRunner half(Add(), {Shape{3}, Shape{3}}, {.batch = 1});
  half.set_dy({1, 2, 3});
  half.skip_dx(0);
  half.backward();
  CHECK(half.dx(0).empty());
  CHECK(numbers(half.dx(1)) == std::vector<double>{1, 2, 3});
}

TEST_CASE("add: a NaN stays in its place") {
  LayerRunner run(Add(), {Shape{2}, Shape{2}}, {.batch = 1});
  run.set_x({std::nan(""), 1}, 0);
  run.set_x({1, 1}, 1);
  run.forward();
  CHECK(std::isnan(numbers(run.y())[0]));
  CHECK(numbers(run.y())[1] == 2);
}

TEST_CASE("add: inputs that do not fit are refused in words") {
  CHECK_THROWS_WITH_AS(Add().infer(std::vector{Shape{3}}), "got 1 input, expected 2 or more. Leave the layer out, or give it more nodes.",
                       ShapeError);
  CHECK_THROWS_WITH_AS(Add().infer(std::vector{Shape{3}, Shape{3}, Shape{1, 3}}),
                       "input 2 is [1, 3], expected [3] as input 0. Bring them to one shape, with weir::Dense() for example.", ShapeError);
  CHECK(Add().infer(std::vector{Shape{3, 2}, Shape{3, 2}}).output == Shape{3, 2});
}
