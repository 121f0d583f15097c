#include <doctest/doctest.h>

#include <cmath>
#include <weir/core/error.hpp>
#include <weir/layers/mean_squared_error.hpp>

#include "tests/layers/reference_case.hpp"

using namespace weir;
using namespace weir::test;

namespace {
constexpr DType compute_types[] = {DType::f32, DType::f64};
}

TEST_CASE("mean squared error: by hand") {
  for (const DType dtype : compute_types) {
    LayerRunner run(MeanSquaredError(), {Shape{4}, Shape{4}}, {.batch = 2, .dtype = dtype});
    run.set_x({1, 2, 3, 4, 0, 0, 0, 0}, 0);
    run.set_x({1, 0, 0, 0, 0, 0, 0, 1}, 1);
    run.set_dy({0.5, 2});
    run.forward();
    run.backward();
    CHECK(numbers(run.y()) == std::vector<double>{29.0 / 4, 0.25});
    CHECK(numbers(run.dx(0)) == std::vector<double>{0, 0.5, 0.75, 1, 0, 0, 0, -1});
    CHECK(numbers(run.dx(1)) == std::vector<double>{0, -0.5, -0.75, -1, 0, 0, 0, 1});
  }
}

TEST_CASE("mean squared error: agrees with PyTorch") {
  for (const DType dtype : compute_types) {
    for (const char* shape : {"3", "2x3", "0"}) check_reference_case(MeanSquaredError(), std::string("squares.") + shape, dtype);
  }
}

TEST_CASE("mean squared error: any number of features and samples exactly") {
  for (const DType dtype : compute_types) {
    for (const std::int64_t features : {1, 15, 16, 17, 1024, 1025, 20000}) {
      for (const std::int64_t batch : {0, 1, 3, 100}) {
        CAPTURE(features);
        CAPTURE(batch);
        LayerRunner run(MeanSquaredError(), {Shape{features}, Shape{features}}, {.batch = batch, .dtype = dtype, .threads = 2});
        std::vector<double> x, y;
        for (std::int64_t sample = 0; sample < batch; ++sample) {
          double sum = 0;
          for (std::int64_t i = 0; i < features; ++i) {
            x.push_back(static_cast<double>((i + sample) % 4));
            sum += x.back() * x.back();
          }
          y.push_back(sum / static_cast<double>(features));
          if (dtype == DType::f32) y.back() = static_cast<float>(y.back());
        }
        run.set_x(x, 0);  // the target stays 0
        run.forward();
        CHECK(numbers(run.y()) == y);
        run.backward();
      }
    }
  }
}

TEST_CASE("mean squared error: the bits do not depend on the number of threads") {
  std::vector<std::vector<unsigned char>> first;
  for (int threads = 1; threads <= 4; ++threads) {
    LayerRunner run(MeanSquaredError(), {Shape{784}, Shape{784}}, {.batch = 130, .threads = threads});
    run.randomize();
    run.forward();
    run.backward();
    const std::vector<std::vector<unsigned char>> result{bits(run.y()), bits(run.dx(0)), bits(run.dx(1))};
    if (threads == 1) first = result;
    CHECK(result == first);
  }
}

TEST_CASE("mean squared error: gradients that are not wanted are skipped and a NaN stays with its sample") {
  LayerRunner run(MeanSquaredError(), {Shape{2}, Shape{2}}, {.batch = 2});
  run.set_x({std::nan(""), 1, 3, 1}, 0);
  run.set_x({1, 1, 1, 1}, 1);
  run.set_dy({1, 1});
  run.skip_dx(1);
  run.forward();
  run.backward();
  CHECK(std::isnan(numbers(run.y())[0]));
  CHECK(numbers(run.y())[1] == 2);
  CHECK(std::isnan(numbers(run.dx(0))[0]));
  CHECK(numbers(run.dx(0))[2] == 2);
  CHECK(run.dx(1).empty());
}

TEST_CASE("mean squared error: shapes that do not fit are refused in words") {
  const MeanSquaredError loss;
  CHECK(loss.infer(std::vector{Shape{3}, Shape{3}}).output == Shape{});
  CHECK_FALSE(loss.classification(Shape{3}, Shape{3}).has_value());
  CHECK_THROWS_WITH_AS(loss.infer(std::vector{Shape{3}, Shape{}}),
                       "the target is [] a sample, the output is [3], expected equal shapes. Give targets of the output's shape.",
                       ShapeError);
  CHECK_THROWS_WITH_AS(loss.infer(std::vector{Shape{3}}), "got 1 input, expected an output and its target. A loss is no layer of a graph.",
                       ShapeError);
  CHECK_THROWS_WITH_AS(loss.infer(std::vector{Shape{0}, Shape{0}}), "the output is [0], expected at least one element. Give it a width.",
                       ShapeError);
}
