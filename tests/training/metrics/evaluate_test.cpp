#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <weir/core/threads.hpp>
#include <weir/layers/binary_cross_entropy.hpp>
#include <weir/layers/binary_cross_entropy_with_logits.hpp>
#include <weir/layers/hinge.hpp>
#include <weir/layers/multi_margin.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/evaluate.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/predict.hpp>
#include <weir/training/sgd.hpp>

#include "tests/training/diagnostics/probe_layers.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// y = x, two classes from two numbers.
Model identity(std::int64_t max_batch = 4) {
  Model model(sequential({2}, Dense(2)), {.dtype = DType::f64, .max_batch = max_batch});
  copy(tensor({1, 0, 0, 1}, Shape{2, 2}, DType::f64), model.parameter("0.weight"));
  fill(model.parameter("0.bias"), 0);
  return model;
}

Dataset labelled(const std::vector<double>& x, const std::vector<double>& labels) {
  const auto count = static_cast<std::int64_t>(labels.size());
  return Dataset(tensor(x, Shape{count, 2}, DType::f64), tensor(labels, Shape{count}, DType::i32));
}

}  // namespace

TEST_CASE("evaluate: a mean squared error over uneven batches is the mean over all samples") {
  const std::vector<double> x = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const Dataset data(tensor(x, Shape{6, 2}, DType::f64), tensor(std::vector<double>(12, 1.0), Shape{6, 2}, DType::f64));
  double sum = 0;
  for (const double value : x) sum += (value - 1) * (value - 1);
  for (const std::int64_t max_batch : {1, 4, 6, 100}) {
    Model model = identity(max_batch);
    const Evaluation evaluation = evaluate(model, data, MeanSquaredError());
    CHECK(std::abs(evaluation.loss - sum / 12) < 1e-12);
    CHECK(evaluation.samples == 6);
    CHECK_FALSE(evaluation.accuracy.has_value());
  }
}

TEST_CASE("evaluate: cross entropy and accuracy of known logits") {
  Model model = identity();
  const Dataset data = labelled({0, 0, 3, 1, 1, 3, 2, 2, 5, 5}, {0, 0, 0, 1, 0});  // equal outputs predict the first class
  const Evaluation evaluation = evaluate(model, data, SoftmaxCrossEntropy());
  const double near = std::log1p(std::exp(-2)), far = 2 + near, even = std::log(2);
  CHECK(std::abs(evaluation.loss - (3 * even + near + far) / 5) < 1e-12);
  CHECK(*evaluation.accuracy == 3.0 / 5);
}

TEST_CASE("evaluate: losses of two classes and of one-hot targets have an accuracy in fit too") {
  // y = x in steps of no size, so training and validation count the same. An element at its threshold predicts class 0.
  const auto check = [](const Losses& loss, const std::vector<double>& x, const std::vector<double>& targets, std::int64_t width,
                        double expected) {
    CAPTURE(loss.terms()[0].loss->describe());
    for (const DType dtype : {DType::f32, DType::f64}) {
      const auto samples = static_cast<std::int64_t>(x.size()) / width;
      Model model(sequential({width}, Dense(width, {.bias = false})), {.dtype = dtype, .max_batch = 2});
      fill(model.parameter_arena(), 0);
      for (std::int64_t i = 0; i < width; ++i) fill(model.parameter_arena().rows(i * (width + 1), 1), 1);
      const Dataset data(tensor(x, Shape{samples, width}, DType::f64), tensor(targets, Shape{samples, width}, DType::f64));
      CHECK(*evaluate(model, data, loss).accuracy == doctest::Approx(expected));
      const History history = fit(model, data, {.loss = loss, .optimizer = SGD({.lr = 0}), .batch = 2, .validation = &data});
      CHECK(*history.epochs[0].accuracy == doctest::Approx(expected));
      CHECK(*history.epochs[0].validation_accuracy == doctest::Approx(expected));
    }
  };
  check(BinaryCrossEntropy(), {0.9, 0.2, 0.5, 0.7, 0.1}, {1, 0, 1, 0, 0}, 1, 3.0 / 5);
  check(BinaryCrossEntropyWithLogits(), {0.3, -2, 0, 5, -1}, {1, 0, 1, 0, 0}, 1, 3.0 / 5);
  check(BinaryCrossEntropyWithLogits({.pos_weight = {2, 3}}), {0.3, -2, 0, 5, -1, 4}, {1, 0, 1, 0, 0, 1}, 2, 4.0 / 6);  // per element
  check(Hinge(), {0.3, -2, 0, 5, -1}, {1, -1, 1, -1, -1}, 1, 3.0 / 5);
  check(SoftmaxCrossEntropy(), {3, 1, 2, 2, 0, 1, -3, -2}, {1, 0, 0, 1, 0, 1, 0.25, 0.75}, 2, 3.0 / 4);
  check(SoftmaxCrossEntropy({.label_smoothing = 0.1}), {3, 1, 2, 2, 0, 1}, {1, 0, 0, 1, 0, 1}, 2, 2.0 / 3);
}

TEST_CASE("evaluate: a loss of a user counts by the threshold that it states") {
  class Wide final : public Loss {  // -t x, for outputs that are right above 2
   public:
    std::string type() const override { return "wide"; }
    Config config() const override { return {}; }
    std::string describe() const override { return "wide"; }
    LayerPlan infer(std::span<const Shape>) const override { return {}; }
    void forward(const Context&, const LayerArgs& args) const override { fill(args.y, 0); }
    void backward(const Context&, const LayerArgs& args) const override { fill(args.dx[0], 0); }
    std::optional<Classification> classification(const Shape&, const Shape&) const override {
      return Classification{.by = Classification::By::threshold, .threshold = 2};
    }
  };
  Model model = identity();
  const Dataset data(tensor({1, 3, 2, 5}, Shape{2, 2}, DType::f64), tensor({0, 1, 1, 0}, Shape{2, 2}, DType::f64));
  CHECK(*evaluate(model, data, Wide()).accuracy == 0.5);
  const Dataset narrow(tensor({1, 3, 2, 5}, Shape{2, 2}, DType::f64), tensor({0, 1}, Shape{2, 1}, DType::f64));
  CHECK_THROWS_WITH_AS(evaluate(model, narrow, Wide()),
                       "wide: its classification() compares outputs [2] with targets [1], expected equal shapes. Correct it.", ShapeError);
}

TEST_CASE("evaluate: sums weighted losses over several outputs") {
  Graph graph;
  const auto x = graph.input({2});
  graph.output(graph.add(Dense(2), {x}));
  graph.output(graph.add(Dense(1), {x}));
  Model model(graph, {.dtype = DType::f64});
  fill(model.parameter_arena(), 0);
  std::vector<Field> inputs, targets;
  inputs.push_back({tensor({1, 2, 3, 4}, Shape{2, 2}, DType::f64)});
  targets.push_back({tensor({0, 1}, Shape{2}, DType::i32)});
  targets.push_back({tensor({2, 4}, Shape{2, 1}, DType::f64)});
  const Dataset data(std::move(inputs), std::move(targets));
  const Evaluation evaluation = evaluate(model, data, {{SoftmaxCrossEntropy(), 0.5}, {MeanSquaredError(), 3.0}});
  CHECK(std::abs(evaluation.loss - (0.5 * std::log(2) + 3 * 10)) < 1e-12);
  CHECK(*evaluation.accuracy == 0.5);
}

TEST_CASE("evaluate: changes nothing and runs layers in inference mode") {
  auto seen = std::make_shared<std::vector<double>>();
  Model model(sequential({3}, Witness(seen), Bomb(Bomb::Target::output, 2), Dense(1)), {.dtype = DType::f64});
  const Dataset data = curve(9);
  fit(model, data, {.loss = MeanSquaredError(), .optimizer = Adam(), .batch = 5});
  const Snapshot before(model);
  const auto gradients = bits(model.gradient_arena());
  const std::size_t trained = seen->size();
  const double loss = evaluate(model, data, MeanSquaredError()).loss;
  CHECK(std::isfinite(loss));  // the bomb is active in training only
  CHECK(Snapshot(model) == before);
  CHECK(bits(model.gradient_arena()) == gradients);
  CHECK(seen->size() == trained);
}

TEST_CASE("evaluate: a Model that never trained takes no gradients for it") {
  Model model = identity();
  evaluate(model, labelled({1, 2}, {0}), SoftmaxCrossEntropy());
  CHECK(model.memory().gradients == 0);
}

TEST_CASE("evaluate: equal bits for any number of threads") {
  const Dataset data = blobs(1001);
  const int before = num_threads();
  set_num_threads(1);
  Model model = classifier();
  const Evaluation one = evaluate(model, data, SoftmaxCrossEntropy());
  for (const int threads : {2, 3, 4}) {
    set_num_threads(threads);
    const Evaluation several = evaluate(model, data, SoftmaxCrossEntropy());
    CHECK(several.loss == one.loss);
    CHECK(*several.accuracy == *one.accuracy);
  }
  set_num_threads(before);
}

TEST_CASE("evaluate: a loss that is not finite is returned as it is") {
  Model model = identity();
  fill(model.parameter("0.bias"), std::numeric_limits<double>::quiet_NaN());
  const Evaluation evaluation = evaluate(model, labelled({1, 2, 3, 4}, {0, 1}), SoftmaxCrossEntropy());
  CHECK(std::isnan(evaluation.loss));
  CHECK(*evaluation.accuracy == 0);  // a row of NaN is never correct
}

TEST_CASE("evaluate: bad input is refused") {
  Model model = identity();
  const Dataset data = labelled({1, 2}, {0});
  CHECK_THROWS_WITH_AS(evaluate(model, data, {}), "evaluate: no loss is given. Set one, for example weir::SoftmaxCrossEntropy().",
                       ConfigError);
  CHECK_THROWS_WITH_AS(
      evaluate(model, curve(2), MeanSquaredError()),
      "evaluate, input 0: samples have the shape [3], the graph's input takes [2]. Reshape the data, or make the graph for this "
      "shape.",
      ShapeError);
  CHECK_THROWS_WITH_AS(evaluate(model, labelled({1, 2}, {2}), SoftmaxCrossEntropy()),
                       "evaluate, target 0 for 0 (dense(2)): softmax_cross_entropy: sample 0 has the label 2, expected 0 to 1. Correct the "
                       "labels, or give the output as many classes as there are.",
                       ConfigError);
}

TEST_CASE("evaluate: class weights and sums give one loss for any batch") {
  const Dataset data = blobs(23);
  std::vector<Losses> losses = {SoftmaxCrossEntropy({.weight = {1, 5, 0.5}}), SoftmaxCrossEntropy({.ignore_index = 1}),
                                SoftmaxCrossEntropy({.label_smoothing = 0.1, .weight = {0, 2, 1}, .ignore_index = 1}),
                                SoftmaxCrossEntropy({.reduction = Reduction::sum}), MultiMargin({.weight = {1, 5, 0.5}})};
  for (const Losses& loss : losses) {
    CAPTURE(loss.terms()[0].loss->describe());
    Model whole = classifier({.dtype = DType::f64, .max_batch = 23}), parts = classifier({.dtype = DType::f64, .max_batch = 4});
    CHECK(evaluate(parts, data, loss).loss == doctest::Approx(evaluate(whole, data, loss).loss).epsilon(1e-13));
  }
  // No label counts, so there is no loss to average.
  Model model = classifier({.dtype = DType::f64, .max_batch = 4});
  CHECK(evaluate(model, data, SoftmaxCrossEntropy({.weight = {0, 0, 0}})).loss == 0);
}

TEST_CASE("evaluate: an ignored label is no mistake") {
  const Dataset all = blobs(20);
  std::vector<double> labels = numbers(all.targets()[0].values);
  for (std::size_t i = 0; i < labels.size(); i += 2) labels[i] = -100;
  const Dataset half(clone(all.inputs()[0].values), tensor(labels, Shape{20}, DType::i32));
  Model model = classifier({.max_batch = 8});
  const std::vector<Tensor> predicted = predict(model, all);
  const Tensor& outputs = predicted[0];
  double right = 0;
  for (std::size_t i = 1; i < 20; i += 2) {
    const auto row = outputs.values<float>().subspan(3 * i, 3);
    right += (std::max_element(row.begin(), row.end()) - row.begin()) == static_cast<std::ptrdiff_t>(labels[i]) ? 0.1 : 0;
  }
  const SoftmaxCrossEntropy ignoring({.ignore_index = -100});
  CHECK(*evaluate(model, half, ignoring).accuracy == doctest::Approx(right));
  const History history = fit(model, half, {.loss = ignoring, .optimizer = SGD({.lr = 0}), .batch = 7});
  CHECK(*history.epochs[0].accuracy == doctest::Approx(right));
}
