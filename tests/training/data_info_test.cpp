#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <weir/layers/embedding.hpp>
#include <weir/layers/flatten.hpp>
#include <weir/training/evaluate.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/metrics.hpp>
#include <weir/training/predict.hpp>
#include <weir/training/reduce_lr_on_plateau.hpp>
#include <weir/training/regression_metrics.hpp>
#include <weir/training/sgd.hpp>

#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

FitOptions two_epochs(const Dataset* validation = nullptr) {
  return {.loss = SoftmaxCrossEntropy(), .optimizer = SGD(), .epochs = 2, .batch = 8, .validation = validation};
}

// 30 samples [6] of bytes with labels 0, 1, 2, 0, ..., and the given FieldInfos.
Dataset bytes(FieldInfo info, FieldInfo labels_info = {}) {
  std::vector<double> pixels, labels;
  for (int i = 0; i < 180; ++i) pixels.push_back((i * 37 + i / 6 % 3 * 90) % 256);
  for (int i = 0; i < 30; ++i) labels.push_back(i % 3);
  return Dataset(Field(tensor(pixels, Shape{30, 6}, DType::u8), std::move(info)),
                 Field(tensor(labels, Shape{30}, DType::i32), std::move(labels_info)));
}

Tensor labels_as(const Dataset& data, DType dtype) { return clone(data.targets()[0].values).to(dtype); }

template <class E, class F>
std::string refused(F&& f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  return "taken";
}

}  // namespace

TEST_CASE("data info: labels of bytes and of 64 bits train and evaluate as those of 32") {
  const Dataset wanted = blobs(30);
  Model expected = classifier();
  const History history = fit(expected, wanted, two_epochs(&wanted));
  for (const DType dtype : {DType::u8, DType::i64}) {
    CAPTURE(to_string(dtype));
    const Dataset data(wanted.inputs()[0], labels_as(wanted, dtype));
    Model model = classifier();
    const History got = fit(model, data, two_epochs(&data));
    CHECK(bits(model.parameter_arena()) == bits(expected.parameter_arena()));
    CHECK(got.epochs[1].accuracy == history.epochs[1].accuracy);
    CHECK(got.epochs[1].validation_loss == history.epochs[1].validation_loss);
    CHECK(evaluate(model, data, SoftmaxCrossEntropy()).accuracy == evaluate(expected, wanted, SoftmaxCrossEntropy()).accuracy);
    CHECK(confusion_matrix(model, data).counts == confusion_matrix(expected, wanted).counts);
    CHECK(top_k_accuracy(model, data, 2) == top_k_accuracy(expected, wanted, 2));
    const Tensor outputs = predict(model, wanted.inputs()[0].values);
    CHECK(accuracy(outputs, labels_as(wanted, dtype)) == accuracy(outputs, labels_as(wanted, DType::i32)));
    CHECK(data.targets()[0].values.dtype() == (dtype == DType::u8 ? DType::u8 : DType::i32));  // the caller's Dataset is unchanged
  }
}

TEST_CASE("data info: labels by hand and those out of range in each dtype of whole numbers") {
  const Tensor outputs = tensor({1, 2, 3, 6, 5, 4}, Shape{2, 3}, DType::f32);  // predicts 2, 0
  for (const DType dtype : {DType::u8, DType::i32, DType::i64}) {
    CHECK(accuracy(outputs, tensor({2, 1}, Shape{2}, DType::i32).to(dtype)) == 0.5);
    CHECK(top_k_accuracy(outputs, tensor({0, 1}, Shape{2}, DType::i32).to(dtype), 2) == 0.5);
    CHECK(confusion_matrix(outputs, tensor({2, 1}, Shape{2}, DType::i32).to(dtype)).at(1, 0) == 1);
    CHECK_THROWS_WITH_AS(accuracy(outputs, tensor({2, 3}, Shape{2}, DType::i32).to(dtype)),
                         "accuracy: label 1 is 3, expected 0 to 2. Correct the labels.", ConfigError);
  }
  CHECK_THROWS_WITH_AS(accuracy(outputs, Tensor::from<std::int64_t>({2, 5'000'000'000}, Shape{2})),
                       "accuracy: label 1 is 5,000,000,000, expected 0 to 2. Correct the labels.", ConfigError);
}

TEST_CASE("data info: labels as floats are refused and train after the advice") {
  const Dataset wanted = blobs(30), floats(wanted.inputs()[0], labels_as(wanted, DType::f32));
  Model model = classifier();
  CHECK(refused<ConfigError>([&] { fit(model, floats, two_epochs()); }) ==
        "fit: training data, target 0 for 2 (dense(3)): holds f32, expected whole numbers: i32, i64 or u8. Convert it with "
        "Tensor::to(DType::i32).");
  fit(model, Dataset(wanted.inputs()[0], labels_as(floats, DType::i32)), two_epochs());
  const Dataset divided(wanted.inputs()[0], Field(labels_as(wanted, DType::u8), {.divisor = 2}));
  CHECK(refused<ConfigError>([&] { fit(model, divided, two_epochs()); }) ==
        "fit: training data, target 0 for 2 (dense(3)): holds u8 with a divisor, expected whole numbers: i32, i64 or u8. Leave "
        "FieldInfo::divisor out.");
  Model half = regression({.dtype = DType::f32});
  const Dataset whole(Tensor(Shape{4, 3}, DType::i64), Tensor(Shape{4, 1}));
  CHECK(refused<ConfigError>([&] { evaluate(half, whole, MeanSquaredError()); }) ==
        "evaluate, input 0: holds i32, expected f32, f64 or u8. Convert it with Tensor::to(DType::f32).");
  evaluate(half, Dataset(Tensor(Shape{4, 3}, DType::i64).to(DType::f32), Tensor(Shape{4, 1})), MeanSquaredError());
}

TEST_CASE("data info: indices of bytes and of 64 bits reach an embedding as those of 32") {
  Graph graph;
  const Node x = graph.input({2}, Storage::i32);
  graph.output(graph.add(Dense(3), {graph.add(Flatten(), {graph.add(Embedding(7, 4), {x})})}));
  Model model(graph);
  const Tensor indices = tensor({0, 6, 3, 3, 1, 5}, Shape{3, 2}, DType::i32);
  const Tensor expected = predict(model, indices);
  for (const DType dtype : {DType::u8, DType::i64}) {
    CHECK(bits(predict(model, indices.to(dtype))) == bits(expected));
    CHECK(bits(predict(model, Dataset({indices.to(dtype)}, {}))[0]) == bits(expected));
  }
  CHECK(refused<ConfigError>([&] { predict(model, Tensor::from<std::uint8_t>({0, 7}, Shape{1, 2})); }).find("7") != std::string::npos);
}

TEST_CASE("data info: fit keeps what is known of the data and predict divides bytes by its divisor") {
  const FieldInfo images{.divisor = 255, .image = {2, 3, 1}}, labels{.classes = {"a", "b", "c"}};
  const Dataset data = bytes(images, labels), plain = bytes({});
  Model model = classifier();
  fit(model, data, two_epochs());
  CHECK(model.data_info() == DataInfo{{images}, {labels}});
  // The same numbers, divided by hand.
  Tensor divided = clone(plain.inputs()[0].values).to(DType::f32);
  for (float& value : divided.values<float>()) value /= 255;
  const Tensor expected = predict(model, divided);
  CHECK(bits(predict(model, plain.inputs()[0].values)) == bits(expected));
  CHECK(bits(predict(model, plain)[0]) == bits(expected));
  CHECK(bits(predict(model, bytes({.divisor = 255}))[0]) == bits(expected));
  CHECK(bits(predict(model, bytes({.divisor = 1}))[0]) != bits(expected));
  CHECK(evaluate(model, plain, SoftmaxCrossEntropy()).loss == evaluate(model, data, SoftmaxCrossEntropy()).loss);
  CHECK(confusion_matrix(model, plain).counts == confusion_matrix(model, data).counts);
  // A second fit replaces what its data gives, and keeps the rest.
  fit(model, bytes({}, {.classes = {"x", "y", "z"}}), two_epochs());
  CHECK(model.data_info() == DataInfo{{images}, {{.classes = {"x", "y", "z"}}}});
}

TEST_CASE("data info: validation data without a divisor has that of the training data") {
  const Dataset data = bytes({.divisor = 255}), plain = bytes({});
  Model a = classifier(), b = classifier();
  CHECK(fit(a, data, two_epochs(&plain)).epochs[1].validation_loss == fit(b, data, two_epochs(&data)).epochs[1].validation_loss);
}

TEST_CASE("data info: names that do not fit the graph are refused before anything changes") {
  Model model = classifier();
  const Snapshot before(model);
  CHECK(refused<ConfigError>([&] {
          fit(model, bytes({.divisor = 255}, {.classes = {"a", "b"}}), two_epochs());
        }) == "fit: training data, target 0: has 2 class names, the graph's output [3] has 3 classes. Give one name for each, or none.");
  CHECK(model.data_info() == DataInfo{{{}}, {{}}});
  CHECK(Snapshot(model) == before);
  // The check that fit makes last: a schedule that watches the accuracy, which a regression does not have.
  Model line = regression();
  const Dataset points = curve(8), named(Field(clone(points.inputs()[0].values), {.columns = {"a", "b", "c"}}), points.targets()[0]);
  FitOptions options{.loss = MeanSquaredError(), .optimizer = SGD()};
  options.schedule = ReduceLROnPlateau({.mode = ReduceLROnPlateauOptions::Mode::max});
  CHECK(refused<ConfigError>([&] { fit(line, named, options); }) != "taken");
  CHECK(line.data_info() == DataInfo{{{}}, {{}}});
  options.schedule = {};
  fit(line, named, options);
  CHECK(line.data_info().inputs[0].columns == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("data info: targets of bytes for a regression are divided") {
  Model model(sequential({3}, Dense(1)), {.dtype = DType::f64});
  fill(model.parameter_arena(), 0);  // every output is 0
  const Dataset data(Tensor(Shape{2, 3}, DType::f64), Field(tensor({1, 3}, Shape{2, 1}, DType::u8), {.divisor = 2}));
  CHECK(regression_metrics(model, data).mean_absolute_error == 1.0);  // (0.5 + 1.5) / 2
  CHECK(evaluate(model, data, MeanSquaredError()).loss == 1.25);      // (0.25 + 2.25) / 2
}
