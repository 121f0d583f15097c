#include <doctest/doctest.h>

#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/training/evaluate.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/metrics.hpp>
#include <weir/training/predict.hpp>

#include "tests/training/callbacks/recorder.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

double errors(const ConstTensorView& output, const ConstTensorView& target) { return 1 - accuracy(output, target); }

FitOptions with_metrics(std::vector<Metric> metrics) {
  FitOptions options = options_with({});
  options.validation = &data();
  options.metrics = std::move(metrics);
  return options;
}

}  // namespace

TEST_CASE("metric: is a function of all outputs and targets of the validation data after each epoch") {
  for (const std::int64_t most : {8, 37, 128}) {  // five batches, the last one smaller; or one
    CAPTURE(most);
    Model model = classifier({.max_batch = most});
    std::vector<std::vector<unsigned char>> seen;
    const auto keep = [&](const ConstTensorView& output, const ConstTensorView& target) {
      CHECK(output.shape() == Shape{37, 3});
      CHECK(target.shape() == Shape{37});
      CHECK(target.dtype() == DType::i32);
      CHECK(bits(target) == bits(data().targets()[0].values));
      seen.push_back(bits(output));
      return static_cast<double>(seen.size());
    };
    FitOptions options = with_metrics({{"calls", keep}, {"errors", errors}});
    std::vector<std::vector<unsigned char>> predicted;
    options.on_epoch = [&](const EpochReport& report) {
      predicted.push_back(bits(predict(model, data())[0]));
      REQUIRE(report.metrics.size() == 2);
      CHECK(report.metrics[0].name == "calls");
      CHECK(report.metrics[0].value == static_cast<double>(report.epoch));
      return Control::go_on;
    };
    const History history = fit(model, data(), options);
    CHECK(seen == predicted);
    CHECK(seen[0] != seen[1]);
    for (const EpochReport& report : history.epochs) {
      CHECK(report.metrics[1].name == "errors");
      CHECK(report.metrics[1].value == 1 - *report.validation_accuracy);
    }
    const Evaluation evaluation = evaluate(model, data(), SoftmaxCrossEntropy(), {{"errors", errors}});
    REQUIRE(evaluation.metrics.size() == 1);
    CHECK(evaluation.metrics[0].value == 1 - *evaluation.accuracy);
  }
}

TEST_CASE("metric: does not change what is trained") {
  Model with = classifier(), without = classifier();
  fit(with, data(), with_metrics({{"errors", errors}}));
  fit(without, data(), with_metrics({}));
  CHECK(Snapshot(with) == Snapshot(without));
}

TEST_CASE("metric: a graph with two outputs gives both and each target as its loss receives it") {
  Graph graph;
  const Node x = graph.input({6});
  graph.output(graph.add(Dense(3), {x}));
  graph.output(graph.add(Dense(1), {x}));
  Model model(graph, {.dtype = DType::f64, .max_batch = 7});
  const Dataset all = blobs(20);
  const Dataset other = curve(20, 3, DType::f32);
  const Dataset both({all.inputs()[0]}, {all.targets()[0], other.targets()[0]});
  const Losses losses = {{SoftmaxCrossEntropy(), 1.0}, {MeanSquaredError(), 0.5}};
  const Metric of_all("of_all", [&](std::span<const ConstTensorView> outputs, std::span<const ConstTensorView> targets) {
    REQUIRE(outputs.size() == 2);
    REQUIRE(targets.size() == 2);
    const std::vector<Tensor> predicted = predict(model, both);
    for (std::size_t i = 0; i < 2; ++i) CHECK(outputs[i].shape() == predicted[i].shape());
    CHECK(outputs[0].values<double>()[59] == predicted[0].values<double>()[59]);
    CHECK(outputs[1].values<double>()[19] == predicted[1].values<double>()[19]);
    CHECK(targets[0].values<std::int32_t>()[19] == 1);  // 19 modulo 3
    CHECK(targets[1].shape() == Shape{20, 1});
    CHECK(targets[1].values<double>()[19] == static_cast<double>(both.targets()[1].values.values<float>()[19]));
    return 2.5;
  });
  CHECK(evaluate(model, both, losses, {of_all}).metrics.at(0).value == 2.5);
  CHECK_THROWS_WITH_AS(evaluate(model, both, losses, {{"errors", errors}}),
                       "evaluate: the metric errors is a function of one output, the graph has 2. Give a function of all: (span of "
                       "outputs, span of targets).",
                       ConfigError);
}

TEST_CASE("metric: bytes of a target come divided as the loss receives them") {
  Model model(sequential({2}, Dense(2)));
  FieldInfo bytes;
  bytes.divisor = 5;
  const Dataset pictures(tensor({1, 2, 3, 4}, Shape{2, 2}, DType::f32), Field(tensor({0, 5, 10, 15}, Shape{2, 2}, DType::u8), bytes));
  const Metric last("last", [](const ConstTensorView&, const ConstTensorView& target) { return double{target.values<float>()[3]}; });
  CHECK(evaluate(model, pictures, MeanSquaredError(), {last}).metrics.at(0).value == 3);
}

TEST_CASE("metric: a bad name or function and missing validation data are errors before the first step") {
  Model model = classifier();
  const Snapshot before(model);
  FitOptions options = options_with({});
  options.metrics = {{"errors", errors}};
  CHECK_THROWS_WITH_AS(fit(model, data(), options),
                       "fit: the metric errors is computed on validation data, of which there is none. Set FitOptions::validation.",
                       ConfigError);
  for (const std::string name : {"", "a,b", "a\"b", "a\nb", "a\\b", "\xc3\xa4"}) {
    CHECK_THROWS_WITH_AS(fit(model, data(), with_metrics({{name, errors}})),
                         ("fit: a metric has the name '" + name +
                          "', expected one or more characters of ASCII without commas, double quotes and backslashes.")
                             .c_str(),
                         ConfigError);
  }
  for (const std::string name : {"loss", "accuracy", "twice"}) {
    CHECK_THROWS_WITH_AS(fit(model, data(), with_metrics({{name, errors}, {"other", errors}, {"twice", errors}})),
                         ("fit: there is another quantity with the name of the metric " + name + ". Give it a name of its own.").c_str(),
                         ConfigError);
  }
  CHECK_THROWS_WITH_AS(fit(model, data(), with_metrics({{"empty", Metric::OfOne()}})),
                       "fit: the metric empty has no function. Give it one.", ConfigError);
  CHECK(Snapshot(model) == before);
}

TEST_CASE("metric: its exception comes out of fit and the Model is as after the last step of the epoch") {
  Model thrown = classifier(), trained = classifier();
  const auto raise = [](const ConstTensorView&, const ConstTensorView&) -> double { throw std::range_error("own"); };
  CHECK_THROWS_WITH_AS(fit(thrown, data(), with_metrics({{"own", raise}})), "own", std::range_error);
  fit(trained, data(), options_with({}, 1));
  CHECK(bits(thrown.parameter_arena()) == bits(trained.parameter_arena()));
  CHECK(thrown.training_state().step == 5);
  fit(thrown, data(), options_with({}));
}
