#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <weir/training/adam.hpp>
#include <weir/training/evaluate.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/sgd.hpp>
#include <weir/training/step.hpp>

#include "tests/training/diagnostics/probe_layers.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

FitOptions adam_options(std::int64_t epochs) {
  return {.loss = SoftmaxCrossEntropy(), .optimizer = Adam({.lr = 0.01}), .epochs = epochs, .batch = 8};
}

}  // namespace

TEST_CASE("fit: learns to tell three blobs apart") {
  const Dataset train = blobs(300), test = blobs(90, 6, 3, 2);
  for (const AnyOptimizer& optimizer :
       {AnyOptimizer(SGD({.lr = 0.2})), AnyOptimizer(SGD({.lr = 0.05, .momentum = 0.9})), AnyOptimizer(Adam({.lr = 0.02}))}) {
    Model model = classifier();
    const History history =
        fit(model, train, {.loss = SoftmaxCrossEntropy(), .optimizer = optimizer, .epochs = 8, .batch = 16, .validation = &test});
    CAPTURE(optimizer->describe());
    CHECK(history.epochs.size() == 8);
    CHECK(history.epochs.back().loss < history.epochs.front().loss / 2);
    CHECK(*history.epochs.back().validation_accuracy > 0.95);
  }
}

TEST_CASE("fit: without shuffling it is the loop of backward and step in file order") {
  const Dataset data = curve(10);
  Model fitted = regression(), looped = regression();
  const Adam adam({.lr = 0.05});
  fit(fitted, data, {.loss = MeanSquaredError(), .optimizer = adam, .epochs = 2, .batch = 4, .shuffle = false});

  looped.plan_training(MeanSquaredError(), {Shape{1}});
  for (int epoch = 0; epoch < 2; ++epoch) {
    for (const auto& [begin, count] : {std::pair(0, 4), std::pair(4, 4), std::pair(8, 2)}) {
      const ConstTensorView x[] = {data.inputs()[0].values.rows(begin, count)}, t[] = {data.targets()[0].values.rows(begin, count)};
      looped.backward({.inputs = x, .targets = t, .sample_weights = {}});
      step(looped, adam);
    }
  }
  CHECK(bits(fitted.parameter_arena()) == bits(looped.parameter_arena()));
  CHECK(fitted.training_state().step == 6);
  CHECK(fitted.training_state().epochs == 2);
}

TEST_CASE("fit: with drop_last an epoch leaves out a smaller last batch") {
  const Dataset data = curve(11);
  const auto seen_by = [&](bool drop_last, std::int64_t accumulate, const Dataset& train) {
    auto seen = std::make_shared<std::vector<double>>();
    Model model(sequential({3}, Witness(seen), Dense(1)), {.dtype = DType::f64});
    std::vector<std::int64_t> samples;
    FitOptions options{.loss = MeanSquaredError(),
                       .optimizer = SGD(),
                       .epochs = 2,
                       .batch = 4,
                       .accumulate = accumulate,
                       .drop_last = drop_last,
                       .shuffle = false};
    options.on_step = [&](const StepReport& report) {
      samples.push_back(report.samples);
      return Control::go_on;
    };
    const History history = fit(model, train, options);
    CHECK(history.epochs[1].samples == samples.back());
    return std::pair(*seen, samples);
  };
  std::vector<double> first;
  for (std::size_t i = 0; i < 8; ++i) first.push_back(data.inputs()[0].values.values<double>()[3 * i]);
  std::vector<double> twice = first;
  twice.insert(twice.end(), first.begin(), first.end());
  CHECK(seen_by(true, 1, data) == std::pair(twice, std::vector<std::int64_t>{4, 8, 4, 8}));
  CHECK(seen_by(true, 2, data) == std::pair(twice, std::vector<std::int64_t>{8, 8}));
  CHECK(seen_by(false, 1, data).second == std::vector<std::int64_t>{4, 8, 11, 4, 8, 11});
  const Dataset whole = curve(8);
  CHECK(seen_by(true, 1, whole) == seen_by(false, 1, whole));
}

TEST_CASE("fit: every epoch visits each sample once in an order of its own that the seed decides") {
  const auto order = [](std::uint64_t seed, bool shuffle) {
    auto seen = std::make_shared<std::vector<double>>();
    Model model(sequential({3}, Witness(seen), Dense(1)), {.dtype = DType::f64, .seed = seed});
    fit(model, curve(10), {.loss = MeanSquaredError(), .optimizer = SGD(), .epochs = 2, .batch = 4, .shuffle = shuffle});
    return *seen;
  };
  std::vector<double> all;
  const Dataset data = curve(10);
  for (std::size_t i = 0; i < 30; i += 3) all.push_back(data.inputs()[0].values.values<double>()[i]);
  const std::vector<double> plain = order(1, false);
  CHECK(std::equal(all.begin(), all.end(), plain.begin()));
  CHECK(std::equal(all.begin(), all.end(), plain.begin() + 10));

  const std::vector<double> shuffled = order(1, true);
  REQUIRE(shuffled.size() == 20);
  const std::vector<double> first(shuffled.begin(), shuffled.begin() + 10), second(shuffled.begin() + 10, shuffled.end());
  CHECK(std::is_permutation(all.begin(), all.end(), first.begin()));
  CHECK(std::is_permutation(all.begin(), all.end(), second.begin()));
  CHECK(first != all);
  CHECK(first != second);
  CHECK(order(1, true) == shuffled);
  CHECK(order(2, true) != shuffled);
}

TEST_CASE("fit: reports of an epoch are means over samples and those of a step run along") {
  const Dataset train = blobs(21), test = blobs(50, 6, 3, 2);
  Model model = classifier({.dtype = DType::f64, .max_batch = 8, .seed = 3});
  const Evaluation before = evaluate(model, train, SoftmaxCrossEntropy());
  std::vector<StepReport> steps;
  FitOptions options = adam_options(2);
  options.optimizer = SGD({.lr = 0});  // parameters stay constant, so the epoch's mean is the loss of the data
  options.validation = &test;
  options.on_step = [&](const StepReport& report) {
    steps.push_back(report);
    return Control::go_on;
  };
  std::vector<EpochReport> epochs;
  options.on_epoch = [&](const EpochReport& report) {
    epochs.push_back(report);
    return Control::go_on;
  };
  const History history = fit(model, train, options);
  REQUIRE(history.epochs.size() == 2);
  REQUIRE(epochs.size() == 2);
  REQUIRE(steps.size() == 6);
  CHECK_FALSE(history.stopped);
  for (std::size_t e = 0; e < 2; ++e) {
    const EpochReport& epoch = history.epochs[e];
    CHECK(epoch.epoch == static_cast<std::int64_t>(e) + 1);
    CHECK(epoch.epochs == 2);
    CHECK(epoch.samples == 21);
    CHECK(std::abs(epoch.loss - before.loss) < 1e-12);
    CHECK(*epoch.accuracy == *before.accuracy);
    const Evaluation validation = evaluate(model, test, SoftmaxCrossEntropy());
    CHECK(*epoch.validation_loss == validation.loss);
    CHECK(*epoch.validation_accuracy == *validation.accuracy);
    CHECK(epoch.learning_rate == 0);
    CHECK(epoch.seconds > 0);
    CHECK(epochs[e].loss == epoch.loss);
    double sum = 0;
    for (std::size_t s = 0; s < 3; ++s) {
      const StepReport& report = steps[3 * e + s];
      const std::int64_t size = s == 2 ? 5 : 8;
      sum += report.loss * static_cast<double>(size);
      CHECK(report.epoch == epoch.epoch);
      CHECK(report.epochs == 2);
      CHECK(report.step == static_cast<std::int64_t>(s) + 1);
      CHECK(report.steps == 3);
      CHECK(report.samples == static_cast<std::int64_t>(s) * 8 + size);
      CHECK(report.total_steps == 3 * e + s + 1);
      CHECK(std::abs(report.epoch_loss - sum / static_cast<double>(report.samples)) < 1e-12);
      CHECK(report.accuracy.has_value());
    }
    CHECK(steps[3 * e + 2].seconds == epoch.seconds);
    CHECK(steps[3 * e].seconds < epoch.seconds);
  }
}

TEST_CASE("fit: a loss on values reports no accuracy") {
  Model model = regression();
  const Dataset data = curve(6);
  const History history = fit(model, data, {.loss = MeanSquaredError(), .optimizer = SGD(), .validation = &data});
  CHECK_FALSE(history.epochs[0].accuracy.has_value());
  CHECK_FALSE(history.epochs[0].validation_accuracy.has_value());
  CHECK(history.epochs[0].validation_loss.has_value());
}

TEST_CASE("fit: two outputs are trained by two weighted losses") {
  Graph graph;
  const auto x = graph.input({6});
  const auto h = graph.add(Dense(8), {x});
  graph.output(graph.add(Dense(3), {h}));
  graph.output(graph.add(Dense(1), {h}));
  Model model(graph, {.dtype = DType::f64});
  const Dataset labelled = blobs(30);
  std::vector<Field> inputs, targets;
  inputs.push_back({clone(labelled.inputs()[0].values)});
  targets.push_back({clone(labelled.targets()[0].values)});
  targets.push_back({tensor(many(30, 9), Shape{30, 1}, DType::f64)});
  const Dataset data(std::move(inputs), std::move(targets));
  const Losses losses = {{SoftmaxCrossEntropy(), 1.0}, {MeanSquaredError(), 0.25}};
  const double before = evaluate(model, data, losses).loss;
  const History history = fit(model, data, {.loss = losses, .optimizer = Adam({.lr = 0.02}), .epochs = 10});
  CHECK(history.epochs.front().accuracy.has_value());
  CHECK(evaluate(model, data, losses).loss < before / 2);
}

TEST_CASE("fit: the same graph trains from bytes as from their quotients") {
  std::vector<double> pixels, scaled;
  for (const double value : many(30 * 6, 4)) {
    pixels.push_back(std::floor((value + 1) * 127.5));
    scaled.push_back(pixels.back() / 255);
  }
  std::vector<double> labels;
  for (int i = 0; i < 30; ++i) labels.push_back(i % 3);
  const Dataset a(Field(tensor(pixels, Shape{30, 6}, DType::u8), {.divisor = 255}), tensor(labels, Shape{30}, DType::i32));
  const Dataset b(tensor(scaled, Shape{30, 6}, DType::f64), tensor(labels, Shape{30}, DType::i32));
  Model from_bytes = classifier({.dtype = DType::f64}), from_numbers = classifier({.dtype = DType::f64});
  fit(from_bytes, a, adam_options(2));
  fit(from_numbers, b, adam_options(2));
  CHECK(bits(from_bytes.parameter_arena()) == bits(from_numbers.parameter_arena()));
}

TEST_CASE("fit: a graph without parameters runs and learns nothing") {
  Model model(sequential({1}, ReLU()), {.dtype = DType::f64});
  const Dataset data(tensor({1, -2, 3}, Shape{3, 1}, DType::f64), tensor({1, 1, 1}, Shape{3, 1}, DType::f64));
  const History history = fit(model, data, {.loss = MeanSquaredError(), .optimizer = Adam(), .epochs = 2});
  CHECK(std::abs(history.epochs[1].loss - 5.0 / 3) < 1e-12);  // (0, 1, 4)
}
