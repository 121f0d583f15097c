// Sample weights in fit. Their effect on a loss and its gradients is tested in pytorch_details_test.cpp.

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <weir/training/adam.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/sgd.hpp>
#include <weir/training/step.hpp>

#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

Tensor weights_of(const std::vector<double>& values, DType dtype = DType::f64) {
  return tensor(values, Shape{static_cast<std::int64_t>(values.size())}, dtype);
}

FitOptions options_with(std::vector<ConstTensorView> weights) {
  return {.loss = MeanSquaredError(), .sample_weights = std::move(weights), .optimizer = Adam({.lr = 0.05}), .epochs = 2, .batch = 4};
}

// The curve with other targets for the samples in `others`.
Dataset with_targets(const Dataset& data, const std::vector<std::size_t>& others, double value) {
  Tensor x = clone(data.inputs()[0].values), t = clone(data.targets()[0].values);
  for (const std::size_t i : others) t.values<double>()[i] = value;
  return Dataset(std::move(x), std::move(t));
}

}  // namespace

TEST_CASE("sample weights: fit in file order is the loop of backward and step with them") {
  const Dataset data = curve(10);
  const Tensor weights = weights_of({1, 0, 2, 0.5, 1, 3, 0, 0.25, 1, 2});
  Model fitted = regression(), looped = regression();
  FitOptions options = options_with({weights});
  options.shuffle = false;
  const History history = fit(fitted, data, options);

  looped.plan_training(MeanSquaredError(), {Shape{1}});
  double last = 0;
  for (int epoch = 0; epoch < 2; ++epoch) {
    last = 0;
    for (const auto& [begin, count] : {std::pair(0, 4), std::pair(4, 4), std::pair(8, 2)}) {
      const ConstTensorView x[] = {data.inputs()[0].values.rows(begin, count)}, t[] = {data.targets()[0].values.rows(begin, count)},
                            s[] = {weights.view().rows(begin, count)};
      looped.backward({.inputs = x, .targets = t, .sample_weights = s});
      last += looped.loss() * count / 10;
      step(looped, Adam({.lr = 0.05}));
    }
  }
  CHECK(bits(fitted.parameter_arena()) == bits(looped.parameter_arena()));
  CHECK(history.epochs[1].loss == doctest::Approx(last).epsilon(1e-14));
}

TEST_CASE("sample weights: they follow their samples through any order") {
  const Dataset data = curve(23);
  const std::vector<std::size_t> ignored = {0, 3, 4, 11, 22};
  std::vector<double> values(23, 1.5);
  for (const std::size_t i : ignored) values[i] = 0;
  for (const std::int64_t accumulate : {1, 3}) {
    const auto trained = [&](const Dataset& train, const Tensor& weights) {
      Model model = regression();
      FitOptions options = options_with({weights});
      options.accumulate = accumulate;
      fit(model, train, options);
      return bits(model.parameter_arena());
    };
    const auto once = trained(data, weights_of(values));
    CHECK(trained(with_targets(data, ignored, 1e6), weights_of(values)) == once);
    CHECK(trained(with_targets(data, {1}, 1e6), weights_of(values)) != once);
    CHECK(trained(data, weights_of(values, DType::f32)) == once);  // weights that are exact in f32
    CHECK(trained(data, weights_of(std::vector<double>(23, 1.0))) != once);
  }
}

TEST_CASE("sample weights: weights of 1 change no bit") {
  Model with = regression(), without = regression();
  const Tensor ones = weights_of(std::vector<double>(30, 1.0));
  fit(with, curve(30), options_with({ones}));
  fit(without, curve(30), options_with({}));
  CHECK(Snapshot(with) == Snapshot(without));
}

TEST_CASE("sample weights: one list serves every loss and several serve one each") {
  Graph graph;
  const Node hidden = graph.add(Dense(4), {graph.input({3})});
  graph.output(graph.add(Dense(1), {hidden}, "a"));
  graph.output(graph.add(Dense(1), {hidden}, "b"));
  const auto trained = [&](const std::vector<ConstTensorView>& weights) {
    const Dataset data = curve(12);
    std::vector<Field> inputs, targets;
    inputs.push_back({clone(data.inputs()[0].values)});
    for (int i = 0; i < 2; ++i) targets.push_back({clone(data.targets()[0].values)});
    Model model(graph, {.dtype = DType::f64});
    FitOptions options = options_with(weights);
    options.loss = {{MeanSquaredError(), 1.0}, {MeanSquaredError(), 0.5}};
    options.optimizer = SGD({.lr = 0.01});
    const auto before = numbers(model.parameter("b.weight"));
    fit(model, Dataset(std::move(inputs), std::move(targets)), options);
    return std::tuple(bits(model.parameter_arena()), numbers(model.parameter("b.weight")) == before);
  };
  const Tensor some = weights_of({1, 2, 0, 1, 1, 0.5, 3, 1, 1, 1, 0, 4}), none = weights_of(std::vector<double>(12, 0.0));
  CHECK(trained({some}) == trained({some, some}));
  CHECK(std::get<1>(trained({some, none})));
  CHECK_FALSE(std::get<1>(trained({none, some})));
}

TEST_CASE("sample weights: what makes no sense is refused before anything changes") {
  const Dataset data = curve(4);
  Model model = regression();
  fit(model, data, options_with({}));
  const Snapshot before(model);
  const auto refused = [&]<class E>(E*, const std::vector<ConstTensorView>& weights, const char* message) {
    CHECK_THROWS_WITH_AS(fit(model, data, options_with(weights)), message, E);
    CHECK(Snapshot(model) == before);
  };
  const Tensor good = weights_of({1, 1, 1, 1}), few = weights_of({1, 1, 1}), negative = weights_of({1, 0, -0.5, 1}),
               nan = weights_of({std::nan(""), 1, 1, 1}), whole = tensor({1, 1, 1, 1}, Shape{4}, DType::i32),
               column = tensor({1, 1, 1, 1}, Shape{4, 1}, DType::f64), huge = weights_of({1, 1e39, 1, 1});
  refused(static_cast<ConfigError*>(nullptr), {good, good},
          "fit: got 2 lists of sample weights for 1 loss. Give one for all, or one for each.");
  refused(static_cast<ShapeError*>(nullptr), {few}, "loader: sample_weights 0 are [3], the data has 4 samples. Give one number for each.");
  refused(static_cast<ShapeError*>(nullptr), {column},
          "loader: sample_weights 0 are [4, 1], the data has 4 samples. Give one number for each.");
  refused(static_cast<ConfigError*>(nullptr), {negative},
          "loader: sample_weights 0 give sample 2 the weight -0.5, expected a finite number, 0 or more. Correct it.");
  refused(static_cast<ConfigError*>(nullptr), {nan},
          "loader: sample_weights 0 give sample 0 the weight nan, expected a finite number, 0 or more. Correct it.");
  refused(static_cast<ConfigError*>(nullptr), {whole},
          "loader: sample_weights 0 hold i32, expected f32 or f64. Convert with Tensor::to(DType::f32).");
  Model small(sequential({6}, Dense(3)));
  FitOptions options{.loss = SoftmaxCrossEntropy(), .sample_weights = {huge}, .optimizer = SGD()};
  const Snapshot unchanged(small);
  CHECK_THROWS_AS(fit(small, blobs(4), options), NumericError);  // overflows f32
  CHECK(Snapshot(small) == unchanged);
}
