#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <weir/core/threads.hpp>
#include <weir/training/metrics.hpp>

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
      confusion_matrix(model, Dataset(tensor({1, 0}, Shape{1, 2}, DType::f64), tensor({1, 0}, Shape{1, 2}, DType::f64))),
      "confusion_matrix: outputs and labels are f64 [1, 2] and f64 [1, 2], expected f32 or f64 outputs and i32 labels. Convert with "
      "Tensor::to().",
      ConfigError);
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
                       "accuracy: outputs and labels are f32 [2, 3] and f32 [2], expected f32 or f64 outputs and i32 labels. Convert with "
                       "Tensor::to().",
                       ConfigError);
  CHECK_THROWS_AS(accuracy(Tensor(Shape{0, 3}), Tensor(Shape{0}, DType::i32)), ShapeError);
}
