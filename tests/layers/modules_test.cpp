// BatchNorm's batch of one, Embedding's indices, Residual's graph, Softmax at infinities.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>
#include <weir/activations/activation.hpp>
#include <weir/core/error.hpp>
#include <weir/core/model.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/mean_squared_error.hpp>
#include <weir/layers/residual.hpp>

#include "tests/layers/every_layer.hpp"
#include "tests/support/compare.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("batch norm: a training batch of one sample is refused and inference takes it") {
  LayerRunner one(BatchNorm(), {Shape{3}}, {.batch = 1});
  CHECK_THROWS_WITH_AS(one.forward(),
                       "batch_norm: a training batch of 1 sample has no variance, expected 2 or more. Choose another batch size.",
                       ConfigError);
  LayerRunner rest(BatchNorm({.eps = 1}), {Shape{3}}, {.batch = 1, .dtype = DType::f64, .training = false});
  rest.set_x({1, 2, 4});
  rest.forward();
  for (std::size_t i = 0; i < 3; ++i) CHECK(rest.y().values<double>()[i] == doctest::Approx(std::ldexp(1, int(i)) / std::sqrt(2)));
}

TEST_CASE("batch norm: a batch of two by hand") {
  LayerRunner run(BatchNorm({.eps = 1, .momentum = 0.5}), {Shape{1}}, {.batch = 2, .dtype = DType::f64});
  run.set_x({1, 3});  // mean 2, variance 1 and without bias 2
  run.forward();
  CHECK(numbers(run.y())[1] == doctest::Approx(1 / std::sqrt(2)));
  CHECK(numbers(run.state_next(0))[0] == doctest::Approx(1));
  CHECK(numbers(run.state_next(1))[0] == doctest::Approx(1.5));
}

TEST_CASE("batch norm: the model takes the statistics when it commits and uses them in inference") {
  Model model(sequential({2}, BatchNorm({.momentum = 1})), {.dtype = DType::f64});
  model.plan_training(MeanSquaredError(), {{2}});
  const Tensor x = Tensor::from({0.0, 1.0, 4.0, 5.0}, Shape{2, 2});
  const ConstTensorView inputs[] = {x};
  model.backward({.inputs = inputs, .targets = inputs, .sample_weights = {}});
  CHECK(numbers(model.state("0.running_mean")) == std::vector<double>{0, 0});
  model.commit();
  CHECK(numbers(model.state("0.running_mean")) == std::vector<double>{2, 3});
  CHECK(numbers(model.state("0.running_var")) == std::vector<double>{8, 8});
  const auto y = numbers(model.forward(x.view()));
  CHECK(y[0] == doctest::Approx(-2 / std::sqrt(8 + 1e-5)));
}

TEST_CASE("embedding: an index outside is refused with its sample before anything is written") {
  LayerRunner run(Embedding(3, 2), {Shape{2}}, {.batch = 3});
  run.set_x({0, 1, 2, 0, 1, 3});
  CHECK_THROWS_WITH_AS(run.forward(),
                       "embedding(3, 2): sample 2 has the index 3, expected 0 to 2. Correct the input, or give the layer more rows.",
                       ConfigError);
  run.set_x({0, -1, 2, 0, 1, 2});
  CHECK_THROWS_WITH_AS(run.forward(),
                       "embedding(3, 2): sample 0 has the index -1, expected 0 to 2. Correct the input, or give the layer more rows.",
                       ConfigError);
  CHECK(std::isnan(numbers(run.y())[0]));
}

TEST_CASE("embedding: reads whole numbers in a graph") {
  Graph graph;
  graph.output(graph.add(Embedding(5, 3), {graph.input({2}, Storage::i32)}));
  Model model(graph);
  const Tensor x = Tensor::from<std::int32_t>({4, 0}, Shape{1, 2});
  const auto y = numbers(model.forward(x.view())), weight = numbers(model.parameter("0.weight"));
  CHECK(y == std::vector<double>{weight[12], weight[13], weight[14], weight[0], weight[1], weight[2]});
  CHECK_THROWS_AS(Graph().add(Embedding(5, 3), {graph.input({2})}), Error);
}

TEST_CASE("residual: is its layers and an add in a chain and in a graph") {
  const Graph chain = sequential({4}, Dense(4), Residual(Dense(4), ReLU()), Dense(2));
  std::string names;
  for (const auto& entry : chain.entries()) names += entry.layer ? entry.name + " " + entry.layer->describe() + "; " : "";
  CHECK(names == "0 dense(4); 1 dense(4); 2 relu; 3 add; 4 dense(2); ");
  CHECK(chain.entries()[4].inputs == std::vector<std::size_t>{1, 3});
  Graph graph;
  graph.output(Residual(square()).append_to(graph, graph.input({3})));
  Model model(graph, {.dtype = DType::f64});
  const Tensor x = Tensor::from({1.0, -2.0, 3.0}, Shape{1, 3});
  CHECK(numbers(model.forward(x.view())) == std::vector<double>{2, 2, 12});
  CHECK_THROWS_AS(sequential({4}, Residual(Dense(3))), ShapeError);
}

TEST_CASE("softmax: rows add up to 1 and nothing overflows") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    LayerRunner run(Softmax(), {Shape{3}}, {.batch = 4, .dtype = dtype}), logs(LogSoftmax(), {Shape{3}}, {.batch = 4, .dtype = dtype});
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const std::vector<double> x{1e30, 1e30, -1e30, 1000, 999, -infinity, -200, -1000, 0, 3, 3, 3};
    run.set_x(x);
    logs.set_x(x);
    run.forward();
    logs.forward();
    const auto y = numbers(run.y()), log_y = numbers(logs.y());
    const double third = dtype == DType::f64 ? 1.0 / 3 : static_cast<double>(1.0F / 3);
    CHECK(y[0] == 0.5);
    CHECK(y[2] == 0);
    CHECK(y[3] == doctest::Approx(1 / (1 + std::exp(-1))).epsilon(1e-6));
    CHECK(y[5] == 0);
    CHECK(y[8] == 1);
    CHECK(y[9] == third);
    CHECK(log_y[0] == doctest::Approx(-std::log(2)).epsilon(1e-6));
    CHECK(log_y[5] == -infinity);
    CHECK(log_y[7] == -1000);
    CHECK(log_y[8] == 0);
    CHECK(log_y[11] == doctest::Approx(-std::log(3)).epsilon(1e-6));
  }
}

TEST_CASE("softmax: a NaN or an infinity makes its row NaN and no other") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (const auto& layer : {make_layer(Softmax()), make_layer(LogSoftmax())}) {
    for (const DType dtype : {DType::f32, DType::f64}) {
      for (const std::int64_t width : {std::int64_t{3}, std::int64_t{40}}) {
        for (const double bad : {std::nan(""), infinity}) {
          LayerRunner run(*layer, {Shape{width}}, {.batch = 2, .dtype = dtype});
          std::vector<double> x(static_cast<std::size_t>(2 * width), 0.5);
          x[static_cast<std::size_t>(width) - 1] = bad;
          run.set_x(x);
          run.forward();
          const auto y = numbers(run.y());
          const auto half = y.begin() + width;
          CHECK(std::all_of(y.begin(), half, [](double v) { return std::isnan(v); }));
          CHECK(std::all_of(half, y.end(), [](double v) { return std::isfinite(v); }));
        }
      }
    }
  }
}

TEST_CASE("prelu: infinities and NaN go through and at zero the slope is the learned one") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (const DType dtype : {DType::f32, DType::f64}) {
    LayerRunner run(PReLU(), {Shape{5}}, {.batch = 1, .dtype = dtype});
    run.set_x({-infinity, infinity, std::nan(""), 0, -4});
    run.set_parameter(0, {0.25});
    run.set_dy({1, 1, 1, 1, 1});
    run.forward();
    run.backward();
    const auto y = numbers(run.y()), dx = numbers(run.dx(0));
    CHECK(y[0] == -infinity);
    CHECK(y[1] == infinity);
    CHECK(std::isnan(y[2]));
    CHECK(y[4] == -1);
    CHECK(std::vector<double>{dx[0], dx[1], dx[3], dx[4]} == std::vector<double>{0.25, 1, 0.25, 0.25});
  }
}
