#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <weir/core/threads.hpp>
#include <weir/layers/reshape.hpp>
#include <weir/training/evaluate.hpp>
#include <weir/training/metrics.hpp>
#include <weir/training/precision_recall.hpp>
#include <weir/training/predict.hpp>
#include <weir/training/regression_metrics.hpp>

#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

Tensor labels_of(const std::vector<double>& labels) { return tensor(labels, Shape{static_cast<std::int64_t>(labels.size())}, DType::i32); }

}  // namespace

TEST_CASE("metrics: the first of the largest numbers is the prediction and NaN predicts nothing") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor outputs = tensor({1,
                                   3,
                                   2,  // 1
                                   2,
                                   2,
                                   2,  // 0
                                   0,
                                   5,
                                   5,  // 1
                                   -infinity,
                                   -infinity,
                                   -infinity,  // 0
                                   not_a_number,
                                   9,
                                   0,  // none
                                   0,
                                   9,
                                   not_a_number,  // none
                                   infinity,
                                   1,
                                   infinity,  // 0
                                   -3,
                                   -2,
                                   -1},  // 2
                                  Shape{8, 3}, dtype);
    const Tensor labels = labels_of({1, 0, 2, 0, 1, 1, 2, 2});
    CHECK(accuracy(outputs, labels) == 4.0 / 8);
    const ConfusionMatrix matrix = confusion_matrix(outputs, labels);
    CHECK(matrix.classes == 3);
    CHECK(matrix.counts == std::vector<std::int64_t>{2, 0, 0,  //
                                                     0, 1, 0,  //
                                                     1, 1, 1});
    CHECK(matrix.at(2, 1) == 1);
  }
}

TEST_CASE("metrics: leading dimensions are rows") {
  const Tensor outputs = tensor({1, 0, 0, 1, 0, 1, 1, 0}, Shape{2, 2, 2}, DType::f32);
  CHECK(accuracy(outputs, tensor({0, 1, 1, 1}, Shape{2, 2}, DType::i32)) == 0.75);
}

TEST_CASE("metrics: counts do not depend on threads or tiles") {
  const std::int64_t rows = 1001, classes = 7;
  const Tensor outputs = tensor(many(rows * classes, 3), Shape{rows, classes}, DType::f32);
  std::vector<double> wanted;
  std::int64_t right = 0;
  std::vector<std::int64_t> counts(49, 0);
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto values = outputs.values<float>().subspan(static_cast<std::size_t>(row * classes), 7);
    const auto best = std::max_element(values.begin(), values.end()) - values.begin();
    wanted.push_back(static_cast<double>(row % classes));
    right += best == row % classes ? 1 : 0;
    ++counts[static_cast<std::size_t>(row % classes * 7 + best)];
  }
  const int before = num_threads();
  for (const int threads : {1, 2, 3, 4}) {
    set_num_threads(threads);
    CHECK(accuracy(outputs, labels_of(wanted)) == static_cast<double>(right) / static_cast<double>(rows));
    CHECK(confusion_matrix(outputs, labels_of(wanted)).counts == counts);
  }
  set_num_threads(before);
}

TEST_CASE("metrics: the confusion matrix of a Model over a Dataset") {
  Model model(sequential({2}, Dense(2)), {.dtype = DType::f64, .max_batch = 2});
  copy(tensor({1, 0, 0, 1}, Shape{2, 2}, DType::f64), model.parameter("0.weight"));
  fill(model.parameter("0.bias"), 0);
  const Dataset data(tensor({1, 0, 0, 1, 3, 2, 0, 4, 1, 2}, Shape{5, 2}, DType::f64), labels_of({0, 0, 1, 1, 1}));
  CHECK(confusion_matrix(model, data).counts == std::vector<std::int64_t>{1, 1, 1, 2});
  CHECK_THROWS_WITH_AS(confusion_matrix(model, data, 1),
                       "confusion_matrix: output 1 asked for, the graph has 1 and the data 1 targets. Count from 0.", ConfigError);
  CHECK_THROWS_WITH_AS(
      confusion_matrix(model, Dataset(tensor({1, 0}, Shape{1, 2}, DType::f64), tensor({1}, Shape{1}, DType::f64))),
      "confusion_matrix, target 0: holds f64, expected whole numbers: i32, i64 or u8. Convert it with Tensor::to(DType::i32).",
      ConfigError);
}

TEST_CASE("metrics: one-hot targets of any dtype name the class with the largest number") {
  // As sklearn.metrics of the arg-maxima: predicted 1, 0, 2, none, 1; wanted 1, 2, 2, 0, 0.
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor outputs = tensor({0, 3, 1,             //
                                   2, 2, 1,             //
                                   -5, -4, -3,          //
                                   not_a_number, 1, 2,  //
                                   0, 9, 0},
                                  Shape{5, 3}, dtype);
    const std::vector<double> one_hot = {0, 1, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0};
    for (const DType of_targets : {DType::f32, DType::f64, DType::i32, DType::i64, DType::u8}) {
      const Tensor targets = tensor(one_hot, Shape{5, 3}, DType::f64).to(of_targets);
      CAPTURE(to_string(of_targets));
      CHECK(accuracy(outputs, targets) == 2.0 / 5);
      CHECK(confusion_matrix(outputs, targets).counts == std::vector<std::int64_t>{0, 1, 0,  //
                                                                                   0, 1, 0,  //
                                                                                   1, 0, 1});
    }
    const Tensor probabilities = tensor({0.2, 0.5, 0.3, 0.1, 0.2, 0.7, 0.3, 0.3, 0.4, 0.5, 0.4, 0.1, 0.4, 0.3, 0.3}, Shape{5, 3}, dtype);
    CHECK(accuracy(outputs, probabilities) == 2.0 / 5);
  }
  Model model(sequential({2}, Dense(2)), {.dtype = DType::f64, .max_batch = 2});
  copy(tensor({1, 0, 0, 1}, Shape{2, 2}, DType::f64), model.parameter("0.weight"));
  fill(model.parameter("0.bias"), 0);
  const Dataset data(tensor({1, 0, 0, 1, 3, 2, 0, 4, 1, 2}, Shape{5, 2}, DType::f64),
                     Field(tensor({255, 0, 255, 0, 0, 255, 0, 255, 0, 255}, Shape{5, 2}, DType::u8), {.divisor = 255}));
  CHECK(confusion_matrix(model, data).counts == std::vector<std::int64_t>{1, 1, 1, 2});
}

TEST_CASE("metrics: two classes are told apart by a threshold element by element") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    // Above 0.5: 0 1 0 none 1 0. Above 0: 1 1 0 none 1 0. Equal to the threshold is not above it.
    const Tensor outputs = tensor({0.5, 0.75, 0, not_a_number, infinity, -1}, Shape{3, 2}, dtype);
    const std::vector<double> zeros_and_ones = {1, 1, 0, 1, 0, 0};
    for (const DType of_targets : {DType::f32, DType::f64, DType::i32, DType::i64, DType::u8}) {
      const Tensor targets = tensor(zeros_and_ones, Shape{3, 2}, DType::f64).to(of_targets);
      CAPTURE(to_string(of_targets));
      CHECK(binary_accuracy(outputs, targets) == 3.0 / 6);
      CHECK(binary_accuracy(outputs, targets, 0) == 4.0 / 6);
      CHECK(binary_confusion_matrix(outputs, targets).counts == std::vector<std::int64_t>{2, 1, 1, 1});
      CHECK(binary_confusion_matrix(outputs, targets, 0).counts == std::vector<std::int64_t>{2, 1, 0, 2});
    }
    const Tensor signs = tensor({1, 1, -1, 1, -1, -1}, Shape{3, 2}, dtype);
    CHECK(binary_accuracy(outputs, signs, 0) == 4.0 / 6);
    CHECK(recall(binary_confusion_matrix(outputs, signs), 1) == 0.5);
  }
  CHECK_THROWS_WITH_AS(
      binary_accuracy(Tensor(Shape{2, 1}), Tensor(Shape{2})),
      "binary_accuracy: outputs and targets are f32 [2, 1] and f32 [2], expected equal shapes, not empty. Give one target for each output.",
      ShapeError);
  CHECK_THROWS_WITH_AS(binary_confusion_matrix(Tensor(Shape{2}, DType::i32), Tensor(Shape{2})),
                       "binary_confusion_matrix: outputs and targets are i32 [2] and f32 [2], expected f32 or f64 outputs and f32, f64, "
                       "i32, i64 or u8 targets. Convert with Tensor::to(DType).",
                       ConfigError);
  CHECK_THROWS_AS(binary_accuracy(Tensor(Shape{0, 3}), Tensor(Shape{0, 3})), ShapeError);
}

TEST_CASE("metrics: the binary confusion matrix of a Model over a Dataset") {
  Model model(sequential({1}, Dense(1)), {.dtype = DType::f64, .max_batch = 2});
  fill(model.parameter("0.weight"), 1);
  fill(model.parameter("0.bias"), 0);
  const Dataset data(tensor({-1, 0.25, 2, 3, -4}, Shape{5, 1}, DType::f64), tensor({0, 1, 0, 1, 1}, Shape{5, 1}, DType::f64));
  CHECK(binary_confusion_matrix(model, data).counts == std::vector<std::int64_t>{1, 1, 2, 1});
  CHECK(binary_confusion_matrix(model, data, 0).counts == std::vector<std::int64_t>{1, 1, 1, 2});
  CHECK_THROWS_WITH_AS(binary_confusion_matrix(model, data, 0, 3),
                       "binary_confusion_matrix: output 3 asked for, the graph has 1 and the data 1 targets. Count from 0.", ConfigError);
}

TEST_CASE("metrics: bad input is refused") {
  const Tensor outputs = tensor({1, 2, 3, 4, 5, 6}, Shape{2, 3}, DType::f32);
  CHECK_THROWS_WITH_AS(accuracy(outputs, labels_of({0, 3})), "accuracy: label 1 is 3, expected 0 to 2. Correct the labels.", ConfigError);
  CHECK_THROWS_WITH_AS(confusion_matrix(outputs, labels_of({-1, 2})),
                       "confusion_matrix: label 0 is -1, expected 0 to 2. Correct the labels.", ConfigError);
  CHECK_THROWS_WITH_AS(
      accuracy(outputs, labels_of({0, 1, 2})),
      "accuracy: outputs and labels are f32 [2, 3] and i32 [3], expected [..., classes] and [...], not empty. Give one label for "
      "each row.",
      ShapeError);
  CHECK_THROWS_WITH_AS(accuracy(outputs, tensor({0, 1}, Shape{2}, DType::f32)),
                       "accuracy: outputs and labels are f32 [2, 3] and f32 [2], expected f32 or f64 outputs and i32, i64 or u8 labels. "
                       "Convert with Tensor::to(DType).",
                       ConfigError);
  CHECK_THROWS_AS(accuracy(Tensor(Shape{0, 3}), Tensor(Shape{0}, DType::i32)), ShapeError);
}

TEST_CASE("metrics: every metric of outputs and labels refuses shapes and types that do not match") {
  const Tensor outputs = tensor({1, 2, 3, 4, 5, 6}, Shape{2, 3}, DType::f32), flat = tensor({1, 2}, Shape{2}, DType::f32);
  const Tensor numbers = tensor({1, 2, 3, 4, 5, 6}, Shape{2, 3}, DType::i32), number = tensor({1}, Shape{}, DType::f32);
  using Metric = std::function<void(const ConstTensorView&, const ConstTensorView&)>;
  const std::pair<std::string, Metric> metrics[] = {
      {"accuracy", [](const ConstTensorView& x, const ConstTensorView& t) { accuracy(x, t); }},
      {"confusion_matrix", [](const ConstTensorView& x, const ConstTensorView& t) { confusion_matrix(x, t); }},
      {"top_k_accuracy", [](const ConstTensorView& x, const ConstTensorView& t) { top_k_accuracy(x, t, 1); }}};
  for (const auto& entry : metrics) {
    const std::string& name = entry.first;
    CAPTURE(name);
    const auto refused = [&](const ConstTensorView& x, const ConstTensorView& labels, const std::string& got) {
      CHECK_THROWS_WITH_AS(
          entry.second(x, labels),
          (name + ": outputs and labels are " + got + ", expected [..., classes] and [...], not empty. Give one label for each row.")
              .c_str(),
          ShapeError);
    };
    refused(outputs, labels_of({0, 1, 2}), "f32 [2, 3] and i32 [3]");
    refused(outputs, labels_of({0}), "f32 [2, 3] and i32 [1]");
    if (name == "top_k_accuracy") {  // the others take targets of the outputs' shape: one-hot
      refused(outputs, numbers, "f32 [2, 3] and i32 [2, 3]");
      refused(flat, labels_of({0, 1}), "f32 [2] and i32 [2]");
    }
    refused(number, labels_of({0}), "f32 [] and i32 [1]");
    refused(Tensor(Shape{0, 3}), Tensor(Shape{0}, DType::i32), "f32 [0, 3] and i32 [0]");
    CHECK_THROWS_WITH_AS(entry.second(numbers, labels_of({0, 1})),
                         (name + ": outputs and labels are i32 [2, 3] and i32 [2], expected f32 or f64 outputs and i32, i64 or u8 labels. "
                                 "Convert with Tensor::to(DType).")
                             .c_str(),
                         ConfigError);
    CHECK_THROWS_WITH_AS(entry.second(outputs, labels_of({0, 3})), (name + ": label 1 is 3, expected 0 to 2. Correct the labels.").c_str(),
                         ConfigError);
    const Tensor labels = labels_of({0, 1});
    const ConstTensorView far(labels.view().raw(), labels.shape(), DType::i32, Device::cuda(1));
    CHECK_THROWS_WITH_AS(entry.second(outputs, far),
                         (name + ": outputs are on cpu, labels on cuda:1, expected one device. Copy with Tensor::to(Device).").c_str(),
                         DeviceError);
  }
  const ConstTensorView far(outputs.view().raw(), outputs.shape(), DType::f32, Device::cuda(1));
  CHECK_THROWS_WITH_AS(regression_metrics(outputs, far),
                       "regression_metrics: outputs are on cpu, targets on cuda:1, expected one device. Copy with Tensor::to(Device).",
                       DeviceError);
}

TEST_CASE("metrics: a label among the k largest counts and of equals the first come first") {
  const Tensor outputs = tensor({1, 3, 2, 0,  //
                                 2, 2, 2, 1,  //
                                 9, not_a_number, 1, 2},
                                Shape{3, 4}, DType::f32);
  const auto share = [&](const std::vector<double>& labels, std::int64_t k) { return top_k_accuracy(outputs, labels_of(labels), k); };
  CHECK(share({1, 0, 0}, 1) == doctest::Approx(2.0 / 3));  // as in accuracy, the row with a NaN is never correct
  CHECK(share({2, 1, 0}, 1) == 0);
  CHECK(share({2, 1, 0}, 2) == doctest::Approx(2.0 / 3));
  CHECK(share({0, 2, 0}, 2) == 0);
  CHECK(share({0, 2, 0}, 3) == doctest::Approx(2.0 / 3));
  CHECK(share({3, 3, 3}, 4) == doctest::Approx(2.0 / 3));
  CHECK_THROWS_WITH_AS(share({0, 0, 0}, 5), "top_k_accuracy: k is 5, expected 1 to 4, the number of classes.", ConfigError);
  CHECK_THROWS_WITH_AS(share({0, 0, 0}, 0), "top_k_accuracy: k is 0, expected 1 to 4, the number of classes.", ConfigError);
  CHECK_THROWS_WITH_AS(share({0, 0, 7}, 1), "top_k_accuracy: label 2 is 7, expected 0 to 3. Correct the labels.", ConfigError);
}

TEST_CASE("metrics: top k of a Model over a Dataset rises from the accuracy to 1") {
  Model model = classifier({.max_batch = 8});
  const Dataset data = blobs(30);
  const std::vector<Tensor> predicted = predict(model, data);
  const Tensor& outputs = predicted[0];
  const ConstTensorView labels = data.targets()[0].values;
  CHECK(top_k_accuracy(model, data, 1) == accuracy(outputs, labels));
  CHECK(top_k_accuracy(model, data, 2) == top_k_accuracy(outputs, labels, 2));
  CHECK(top_k_accuracy(model, data, 2) >= top_k_accuracy(model, data, 1));
  CHECK(top_k_accuracy(model, data, 3) == 1);
  CHECK_THROWS_WITH_AS(top_k_accuracy(model, data, 1, 2),
                       "top_k_accuracy: output 2 asked for, the graph has 1 and the data 1 targets. Count from 0.", ConfigError);
}

TEST_CASE("metrics: precision and recall and f1 by hand") {
  // rows are labels, columns predictions
  const ConfusionMatrix matrix{3,
                               {5, 1, 0,  //
                                2, 3, 0,  //
                                1, 1, 0}};
  CHECK(precision(matrix, 0) == doctest::Approx(5.0 / 8));
  CHECK(precision(matrix, 1) == doctest::Approx(3.0 / 5));
  CHECK(precision(matrix, 2) == 0);  // class 2 was never predicted
  CHECK(recall(matrix, 0) == doctest::Approx(5.0 / 6));
  CHECK(recall(matrix, 1) == doctest::Approx(3.0 / 5));
  CHECK(recall(matrix, 2) == 0);
  CHECK(f1(matrix, 0) == doctest::Approx(2 * (5.0 / 8) * (5.0 / 6) / (5.0 / 8 + 5.0 / 6)));
  CHECK(f1(matrix, 2) == 0);
  CHECK(precision(matrix, Average::macro) == doctest::Approx((5.0 / 8 + 3.0 / 5) / 3));
  CHECK(recall(matrix, Average::macro) == doctest::Approx((5.0 / 6 + 3.0 / 5) / 3));
  CHECK(f1(matrix, Average::macro) == doctest::Approx((f1(matrix, 0) + f1(matrix, 1)) / 3));
  for (const auto micro : {precision(matrix, Average::micro), recall(matrix, Average::micro), f1(matrix, Average::micro)}) {
    CHECK(micro == doctest::Approx(8.0 / 13));
  }
  CHECK_THROWS_WITH_AS(recall(matrix, 3), "confusion matrix: class 3 asked for, it has 3. Count from 0.", ConfigError);
  CHECK_THROWS_WITH_AS(f1(ConfusionMatrix{2, {0, 0, 0, 0}}, Average::micro),
                       "confusion matrix: has no rows, expected at least one. Count some first.", ConfigError);
}

TEST_CASE("metrics: regression by hand") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    // features: targets 1, 2, 3 and 5, 5, 5
    const Tensor t = tensor({1, 5, 2, 5, 3, 5}, Shape{3, 2}, dtype), x = tensor({1, 5, 2, 5, 1, 5}, Shape{3, 2}, dtype);
    const RegressionMetrics m = regression_metrics(x, t);
    CHECK(m.mean_absolute_error == doctest::Approx(2.0 / 6));
    CHECK(m.mean_squared_error == doctest::Approx(4.0 / 6));
    CHECK(m.r2 == doctest::Approx((1 - 4.0 / 2 + 1) / 2));  // a constant target that is predicted exactly counts as 1
    CHECK(regression_metrics(t, t).r2 == 1);
    CHECK(regression_metrics(tensor({1, 6, 2, 5, 3, 5}, Shape{3, 2}, dtype), t).r2 == 0.5);
    CHECK(std::isnan(regression_metrics(tensor({1, 6, not_a_number, 5, 3, 5}, Shape{3, 2}, dtype), t).mean_squared_error));
  }
  // No cancellation for targets far from 0.
  const Tensor far = tensor({1e9 + 1, 1e9 + 2, 1e9 + 3}, Shape{3}, DType::f64),
               near = tensor({1e9 + 1, 1e9 + 2, 1e9 + 4}, Shape{3}, DType::f64);
  CHECK(regression_metrics(near, far).r2 == 0.5);
}

// Features are the numbers of a sample, however they are arranged: the errors are 2 in feature 0 and 3 in feature 3; r2 is -1, 1, 1 and 0.
TEST_CASE("metrics: a regression takes outputs of any rank") {
  const std::vector<double> t = {1, 5, 0, 2, 2, 5, 4, 2, 3, 5, 8, 2}, x = {1, 5, 0, 2, 2, 5, 4, 2, 1, 5, 8, 5};
  Model reshape(sequential({4}, Dense(4, {.bias = false}), Reshape({2, 2})), {.dtype = DType::f64, .max_batch = 2});
  copy(tensor({1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}, Shape{4, 4}, DType::f64), reshape.parameter("0.weight"));
  const Tensor targets = tensor(t, Shape{3, 2, 2}, DType::f64);
  for (const RegressionMetrics& m : {regression_metrics(tensor(x, Shape{3, 2, 2}, DType::f64), targets),
                                     regression_metrics(reshape, Dataset(tensor(x, Shape{3, 4}, DType::f64), clone(targets)))}) {
    CHECK(m.mean_absolute_error == doctest::Approx(5.0 / 12).epsilon(1e-15));
    CHECK(m.mean_squared_error == doctest::Approx(13.0 / 12).epsilon(1e-15));
    CHECK(m.r2 == 0.25);
  }
}

TEST_CASE("metrics: a regression of a Model over a Dataset is that of its outputs for any batch and threads") {
  const Dataset data = curve(23);
  Model large = regression({.dtype = DType::f64, .max_batch = 23}), small = regression({.dtype = DType::f64, .max_batch = 5});
  const RegressionMetrics whole = regression_metrics(predict(large, data)[0], data.targets()[0].values),
                          parts = regression_metrics(small, data);
  CHECK(parts.mean_absolute_error == doctest::Approx(whole.mean_absolute_error).epsilon(1e-13));
  CHECK(parts.mean_squared_error == doctest::Approx(evaluate(small, data, MeanSquaredError()).loss).epsilon(1e-13));
  CHECK(parts.r2 == doctest::Approx(whole.r2).epsilon(1e-12));
  const int before = num_threads();
  const Tensor x = tensor(many(70 * 200, 1), Shape{70, 200}, DType::f32), t = tensor(many(70 * 200, 2), Shape{70, 200}, DType::f32);
  const RegressionMetrics one = regression_metrics(x, t);
  for (const int threads : {1, 2, 3, 4}) {
    set_num_threads(threads);
    CHECK(regression_metrics(x, t).r2 == one.r2);
    CHECK(regression_metrics(x, t).mean_squared_error == one.mean_squared_error);
  }
  set_num_threads(before);
  CHECK_THROWS_WITH_AS(regression_metrics(tensor({1, 2}, Shape{2}, DType::f32), tensor({1}, Shape{1}, DType::f32)),
                       "regression_metrics: outputs and targets are f32 [2] and f32 [1], expected equal shapes [samples, ...], not empty.",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      regression_metrics(tensor({1}, Shape{1}, DType::f32), tensor({1}, Shape{1}, DType::f64)),
      "regression_metrics: outputs and targets are f32 [1] and f64 [1], expected one dtype, f32 or f64. Convert with Tensor::to().",
      ConfigError);
}
