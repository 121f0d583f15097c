#include <doctest/doctest.h>

#include <limits>
#include <weir/layers/add.hpp>
#include <weir/layers/batch_norm.hpp>
#include <weir/layers/embedding.hpp>
#include <weir/layers/flatten.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/evaluate.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/predict.hpp>
#include <weir/training/sgd.hpp>

#include "tests/support/passing_layer.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// A Model that has been trained, so that any change can be detected.
struct Trained {
  Trained() : model(classifier({.max_batch = 32})) { fit(model, blobs(20), good()); }
  static FitOptions good() { return {.loss = SoftmaxCrossEntropy(), .optimizer = Adam()}; }

  // The message of the E that fit throws; empty if it does not throw. The Model must not change.
  template <class E>
  std::string refused(const Dataset& data, const FitOptions& options) {
    const Snapshot before(model);
    std::string message;
    try {
      fit(model, data, options);
    } catch (const E& error) {
      message = error.what();
    }
    CHECK(Snapshot(model) == before);
    return message;
  }

  Model model;
};

Tensor labels_of(const std::vector<double>& labels) { return tensor(labels, Shape{static_cast<std::int64_t>(labels.size())}, DType::i32); }

class GpuOnly : public Optimizer {
 public:
  std::string type() const override { return "gpu_only"; }
  Config config() const override { return {}; }
  std::vector<std::string> moments() const override { return {}; }
  double learning_rate() const override { return 1; }
  void update(const Context&, const UpdateArgs&) const override {}
  bool runs_on(Device device) const override { return device.is_cuda(); }
};

}  // namespace

TEST_CASE("fit errors: options") {
  Trained trained;
  const Dataset data = blobs(20);
  FitOptions options = Trained::good();
  options.loss = {};
  CHECK(trained.refused<ConfigError>(data, options) == "fit: no loss is given. Set one, for example weir::SoftmaxCrossEntropy().");
  options.loss = {{SoftmaxCrossEntropy(), 1.0}, {MeanSquaredError(), 1.0}};
  CHECK(trained.refused<ConfigError>(data, options) == "fit: got 2 losses, the graph has 1 output. Give one loss for each.");
  options.loss = {{SoftmaxCrossEntropy(), std::numeric_limits<double>::quiet_NaN()}};
  CHECK(trained.refused<ConfigError>(data, options) == "fit: the weight of softmax_cross_entropy is nan, expected a finite number.");
  options = Trained::good();
  options.optimizer = {};
  CHECK(trained.refused<ConfigError>(data, options) == "fit: no optimizer is given. Set one, for example weir::Adam({.lr = 1e-3}).");
  options = Trained::good();
  for (const std::int64_t epochs : {0, -3}) {
    options.epochs = epochs;
    CHECK(trained.refused<ConfigError>(data, options) == "fit: epochs is " + std::to_string(epochs) + ", expected at least 1.");
  }
  options = Trained::good();
  for (const std::int64_t batch : {0, -1}) {
    options.batch = batch;
    CHECK(trained.refused<ConfigError>(data, options) == "fit: batch is " + std::to_string(batch) + ", expected at least 1.");
  }
  options.batch = 33;
  CHECK(trained.refused<ShapeError>(data, options) ==
        "fit: batch is 33, the Model takes at most 32. Make it with a larger ModelOptions::max_batch.");
  options = Trained::good();
  options.optimizer = GpuOnly();
  CHECK(trained.refused<DeviceError>(data, options) == "fit: gpu_only does not run on cpu. Make the Model on another device.");
}

TEST_CASE("fit errors: inputs") {
  Trained trained;
  const FitOptions options = Trained::good();
  CHECK(
      trained.refused<ShapeError>(blobs(20, 7), options) ==
      "fit: training data, input 0: samples have the shape [7], the graph's input takes [6]. Reshape the data, or make the graph for this "
      "shape.");
  std::vector<Field> inputs, targets;
  inputs.push_back({Tensor(Shape{4, 6})});
  inputs.push_back({Tensor(Shape{4, 6})});
  targets.push_back({labels_of({0, 1, 2, 0})});
  CHECK(trained.refused<ShapeError>(Dataset(std::move(inputs), std::move(targets)), options) ==
        "fit: training data: has 2 inputs, the graph has 1. Give the Dataset one Field for each.");
  CHECK(trained.refused<ConfigError>(Dataset(Tensor(Shape{2, 6}, DType::i32), labels_of({0, 1})), options) ==
        "fit: training data, input 0: holds i32, expected f32, f64 or u8. Convert it with Tensor::to(DType::f32).");
  CHECK(trained.refused<NumericError>(Dataset(tensor(std::vector<double>(12, 1e39), Shape{2, 6}, DType::f64), labels_of({0, 1})), options)
            .starts_with("loader: input 0 does not fit f32"));
}

TEST_CASE("fit errors: targets") {
  Trained trained;
  FitOptions options = Trained::good();
  CHECK(trained.refused<ConfigError>(Dataset(Tensor(Shape{3, 6}), labels_of({0, 2, 3})), options) ==
        "fit: training data, target 0 for 2 (dense(3)): softmax_cross_entropy: sample 2 has the label 3, expected 0 to 2. Correct the "
        "labels, "
        "or give the output as many classes as there are.");
  const Dataset wrong(Tensor(Shape{2, 6}), labels_of({0, -1}));
  options.validation = &wrong;
  CHECK(trained.refused<ConfigError>(blobs(20), options) ==
        "fit: validation data, target 0 for 2 (dense(3)): softmax_cross_entropy: sample 1 has the label -1, expected 0 to 2. Correct the "
        "labels, or give the output as many classes as there are.");
  options = Trained::good();
  CHECK(trained.refused<ConfigError>(Dataset(Tensor(Shape{2, 6}), Tensor(Shape{2})), options) ==
        "fit: training data, target 0 for 2 (dense(3)): holds f32, expected whole numbers: i32, i64 or u8. Convert it with "
        "Tensor::to(DType::i32).");
  CHECK(trained.refused<ShapeError>(Dataset(Tensor(Shape{2, 6}), Tensor(Shape{2, 4})), options) ==
        "fit: training data, target 0 for 2 (dense(3)): the target is [4] a sample, the output is [3], expected [] (class labels) or [3] "
        "(probabilities). Reshape the targets.");
  std::vector<Field> inputs;
  inputs.push_back({Tensor(Shape{2, 6})});
  CHECK(trained.refused<ShapeError>(Dataset(std::move(inputs), {}), options) ==
        "fit: training data: has 0 targets, the losses want 1. Give the Dataset one Field for each.");
}

TEST_CASE("fit errors: a batch of one sample for a batch norm is found before the first step") {
  Model model(sequential({6}, Dense(4), BatchNorm(), ReLU(), Dense(3)));
  const auto refused = [&](std::int64_t samples, const FitOptions& options) {
    const Snapshot before(model);
    std::string message;
    try {
      fit(model, blobs(samples), options);
    } catch (const ConfigError& error) {
      message = error.what();
    }
    CHECK(Snapshot(model) == before);
    return message;
  };
  FitOptions options{.loss = SoftmaxCrossEntropy(), .optimizer = Adam(), .batch = 8};
  CHECK(refused(33, options) ==
        "fit: 1 (batch_norm): 33 samples in batches of 8 give it one of 1 to train on, expected 2 or more. Set drop_last, or choose "
        "another batch.");
  CHECK(refused(1, options) ==
        "fit: 1 (batch_norm): 1 sample in batches of 8 give it one of 1 to train on, expected 2 or more. Choose a larger batch.");
  options.drop_last = true;
  CHECK(refused(7, options) == "fit: drop_last leaves nothing of 7 samples in batches of 8. Choose a smaller batch, or keep the last one.");
  options.batch = 1;
  CHECK(refused(1024, options) ==
        "fit: 1 (batch_norm): 1,024 samples in batches of 1 give it one of 1 to train on, expected 2 or more. Choose a larger batch.");
  options.batch = 8;
  fit(model, blobs(33), options);
  CHECK(model.training_state().step == 4);
  options.drop_last = false;
  for (const std::int64_t samples : {2, 8, 34}) CHECK_NOTHROW(fit(model, blobs(samples), options));
  CHECK_NOTHROW(evaluate(model, blobs(129), SoftmaxCrossEntropy()));  // batches of 128 and 1, which inference allows
}

TEST_CASE("fit errors: an index that no row of an embedding has is found before the first step") {
  Graph graph;
  const Node words = graph.input({2}, Storage::i32), other = graph.input({2}, Storage::i32);
  const Node sum = graph.add(Add(), {graph.add(Embedding(3, 4), {words}, "words"), graph.add(Embedding(5, 4), {other}, "other")});
  graph.output(graph.add(Dense(3), {graph.add(Flatten(), {sum})}));
  Model model(graph);
  const auto data = [](double word, double index) {
    std::vector<Field> inputs, targets;
    inputs.push_back({tensor({0, 1, 2, 0, 1, word}, Shape{3, 2}, DType::i32)});
    inputs.push_back({tensor({4, 0, index, 3, 0, 0}, Shape{3, 2}, DType::i32)});
    targets.push_back({labels_of({0, 1, 2})});
    return Dataset(std::move(inputs), std::move(targets));
  };
  const FitOptions options{.loss = SoftmaxCrossEntropy(), .optimizer = Adam(), .batch = 1};
  fit(model, data(2, 4), options);
  const Snapshot before(model);
  const Dataset wrong = data(3, 4), also_wrong = data(2, -1);
  CHECK_THROWS_WITH_AS(fit(model, wrong, options),
                       "fit: training data, input 0 for words: embedding(3, 4): sample 2 has the index 3, expected 0 to 2. Correct the "
                       "input, or give the layer more rows.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(evaluate(model, also_wrong, options.loss),
                       "evaluate, input 1 for other: embedding(5, 4): sample 1 has the index -1, expected 0 to 4. Correct the input, or "
                       "give the layer more rows.",
                       ConfigError);
  CHECK_THROWS_AS(predict(model, wrong), ConfigError);
  CHECK(Snapshot(model) == before);
}

namespace {

// A user-written layer: y = x0; x0 must be at least 0, x1 integers below 10, and training batches at least 3 samples.
class Counts : public PassingLayer {
 public:
  Counts() : PassingLayer("counts") {}
  LayerPlan infer(std::span<const Shape> inputs) const override {
    LayerPlan plan = PassingLayer::infer(inputs);
    plan.inputs = {Storage::compute, Storage::i32};
    return plan;
  }
  void check_input(std::size_t input, const ConstTensorView& values) const override {
    for (std::int64_t i = 0; i < values.elements(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      const double value =
          input == 1 ? static_cast<double>(values.values<std::int32_t>()[at]) : static_cast<double>(values.values<float>()[at]);
      if (value >= 0 && (input == 0 || value < 10)) continue;
      throw ConfigError("counts: sample " + std::to_string(i / (values.elements() / values.shape()[0])) + " holds a number that is none.");
    }
  }
  std::int64_t least_training_batch(std::span<const Shape> inputs) const override {
    return inputs.size() == 2 && inputs[0] == Shape{2} ? 3 : 0;
  }
};

}  // namespace

TEST_CASE("fit errors: a layer of a users own says what its inputs and a batch must hold") {
  Graph graph;
  const Node x = graph.input({2}), n = graph.input({1}, Storage::i32);
  graph.output(graph.add(Counts(), {x, n}, "own"));
  Model model(graph);
  const auto data = [](std::vector<double> numbers, std::vector<double> counts) {
    const auto samples = static_cast<std::int64_t>(counts.size());
    std::vector<Field> inputs, targets;
    inputs.push_back({tensor(numbers, Shape{samples, 2}, DType::f32)});
    inputs.push_back({tensor(counts, Shape{samples, 1}, DType::i32)});
    targets.push_back({Tensor(Shape{samples, 2})});
    return Dataset(std::move(inputs), std::move(targets));
  };
  const FitOptions options{.loss = MeanSquaredError(), .optimizer = SGD(), .batch = 3};
  CHECK_THROWS_WITH_AS(fit(model, data({0, 1, 2, -3, 0, 0}, {0, 9, 1}), options),
                       "fit: training data, input 0 for own: counts: sample 1 holds a number that is none.", ConfigError);
  CHECK_THROWS_WITH_AS(predict(model, data({0, 1, 2, 3, 0, 0}, {0, 9, 10})),
                       "predict, input 1 for own: counts: sample 2 holds a number that is none.", ConfigError);
  CHECK_THROWS_WITH_AS(fit(model, data({0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}), options),
                       "fit: own (counts): 5 samples in batches of 3 give it one of 2 to train on, expected 3 or more. Set drop_last, or "
                       "choose another batch.",
                       ConfigError);
  CHECK_NOTHROW(fit(model, data({0, 1, 2, 3, 0, 0}, {0, 9, 1}), options));
  CHECK(model.training_state().step == 1);
}
