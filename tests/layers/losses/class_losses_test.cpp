// Losses of class labels: cases that the comparison with PyTorch (losses_pytorch_test.cpp) does not cover.

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <weir/core/error.hpp>
#include <weir/layers/multi_margin.hpp>
#include <weir/layers/negative_log_likelihood.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>

#include "tests/support/compare.hpp"
#include "tests/support/layer_runner.hpp"

using namespace weir;
using namespace weir::test;

namespace {

Tensor labels_of(const std::vector<double>& labels) { return tensor(labels, Shape{static_cast<std::int64_t>(labels.size())}, DType::i32); }

// y and dx of logits [batch, classes], dy = 1.
std::pair<std::vector<double>, std::vector<double>> run_loss(const Loss& loss, const std::vector<double>& x,
                                                             const std::vector<double>& labels, DType dtype = DType::f64) {
  const auto batch = static_cast<std::int64_t>(labels.size());
  LayerRunner run(loss, {Shape{static_cast<std::int64_t>(x.size()) / batch}, Shape{}}, {.batch = batch, .dtype = dtype});
  run.set_x(x, 0);
  run.set_x(labels, 1);
  run.set_dy(std::vector<double>(labels.size(), 1));
  run.forward();
  run.backward();
  return {numbers(run.y()), numbers(run.dx(0))};
}

std::vector<std::shared_ptr<const Loss>> class_losses() {
  return {std::make_shared<SoftmaxCrossEntropy>(),
          std::make_shared<SoftmaxCrossEntropy>(SoftmaxCrossEntropyOptions{.label_smoothing = 0.1, .weight = {1, 2, 0.5}}),
          std::make_shared<NegativeLogLikelihood>(NegativeLogLikelihoodOptions{.weight = {1, 2, 0.5}}),
          std::make_shared<MultiMargin>(MultiMarginOptions{.p = 2, .weight = {1, 2, 0.5}})};
}

}  // namespace

TEST_CASE("class losses: by hand with weights and ignored labels") {
  // Weights 1 and 3, the third label ignored: y is scaled so that its mean over the batch is the weighted mean.
  const NegativeLogLikelihood loss({.weight = {1, 3}, .ignore_index = -1});
  const auto [y, dx] = run_loss(loss, {-2, -4, -1, -8, -5, -6}, {0, 1, -1});
  CHECK(y == std::vector<double>{2 * 0.75, 3 * 8 * 0.75, 0});  // 3 samples / (1 + 3)
  CHECK(dx == std::vector<double>{-0.75, 0, 0, -2.25, 0, 0});
  const MultiMargin margin({.margin = 2});
  CHECK(run_loss(margin, {1, 2, -5}, {0}).first == std::vector<double>{1});                                      // (2 - 1 + 2) / 3
  CHECK(run_loss(margin, {1, -1, -5}, {0}) == std::pair{std::vector<double>{0}, std::vector<double>{0, 0, 0}});  // at its corner
}

TEST_CASE("class losses: a batch in which nothing counts has no loss and no gradient") {
  const SoftmaxCrossEntropy entropy({.ignore_index = -100});
  const NegativeLogLikelihood likelihood({.weight = {0, 1}});
  const std::vector<double> zeros(2), rows(4);
  CHECK(run_loss(entropy, {1, 2, 3, 4}, {-100, -100}) == std::pair{zeros, rows});
  CHECK(run_loss(likelihood, {1, 2, 3, 4}, {0, 0}) == std::pair{zeros, rows});
}

TEST_CASE("class losses: options that change nothing give what none give") {
  const std::vector<double> x = {0.5, -1, 2, 3, 0.25, -0.5}, labels = {2, 0};
  const SoftmaxCrossEntropy plain, ones({.weight = {1, 1, 1}}), ignoring({.ignore_index = 7});
  for (const DType dtype : {DType::f32, DType::f64}) {
    const auto [y, dx] = run_loss(plain, x, labels, dtype);
    for (const Loss* loss : {static_cast<const Loss*>(&ones), static_cast<const Loss*>(&ignoring)}) {
      CHECK(worst_error(run_loss(*loss, x, labels, dtype).first, y) < (dtype == DType::f64 ? 1e-15 : 1e-6));
      CHECK(worst_error(run_loss(*loss, x, labels, dtype).second, dx) < (dtype == DType::f64 ? 1e-15 : 1e-6));
    }
  }
}

TEST_CASE("class losses: the divisor is the sum of weights that count") {
  const Tensor labels = labels_of({0, 1, 1, -1});
  const Shape output{2};
  CHECK(SoftmaxCrossEntropy().divisor(output, labels) == 4);
  CHECK(SoftmaxCrossEntropy({.weight = {1, 3}, .ignore_index = -1}).divisor(output, labels) == 7);
  CHECK(NegativeLogLikelihood({.ignore_index = -1}).divisor(output, labels) == 3);
  CHECK(NegativeLogLikelihood({.weight = {1, 3}, .ignore_index = -1, .reduction = Reduction::batch_mean}).divisor(output, labels) == 4);
  CHECK(SoftmaxCrossEntropy({.reduction = Reduction::sum}).divisor(output, labels) == 1);
  CHECK(MultiMargin({.weight = {1, 3}}).divisor(output, labels) == 4);
  const Tensor probabilities = tensor({0.5, 0.5, 1, 0}, Shape{2, 2}, DType::f64);
  CHECK(SoftmaxCrossEntropy({.weight = {1, 3}}).divisor(output, probabilities) == 2);
}

TEST_CASE("class losses: the bits do not depend on the number of threads") {
  for (const auto& loss : class_losses()) {
    CAPTURE(loss->describe());
    std::vector<std::vector<unsigned char>> first;
    for (int threads = 1; threads <= 4; ++threads) {
      LayerRunner run(*loss, {Shape{70, 3}, Shape{70}}, {.batch = 90, .threads = threads});
      run.randomize();
      std::vector<double> labels;
      for (int i = 0; i < 90 * 70; ++i) labels.push_back(i % 3);
      run.set_x(labels, 1);
      run.forward();
      run.backward();
      const std::vector<std::vector<unsigned char>> result{bits(run.y()), bits(run.dx(0))};
      if (threads == 1) first = result;
      CHECK(result == first);
    }
  }
}

TEST_CASE("class losses: labels out of range are named and an ignored one is not") {
  const NegativeLogLikelihood ignoring({.ignore_index = -100});
  CHECK_NOTHROW(ignoring.check_targets(Shape{3}, labels_of({0, -100, 2})));
  CHECK_THROWS_WITH_AS(
      ignoring.check_targets(Shape{3}, labels_of({0, -1})),
      "negative_log_likelihood: sample 1 has the label -1, expected 0 to 2 or -100. Correct the labels, or give the output as "
      "many classes as there are.",
      ConfigError);
  CHECK_THROWS_WITH_AS(
      MultiMargin().check_targets(Shape{2, 3}, tensor({0, 1, 2, 3}, Shape{2, 2}, DType::i32)),
      "multi_margin: sample 1, position 1 has the label 3, expected 0 to 2. Correct the labels, or give the output as many "
      "classes as there are.",
      ConfigError);
  CHECK_THROWS_WITH_AS(MultiMargin().check_targets(Shape{3}, tensor({0, 1}, Shape{2}, DType::f32)),
                       "multi_margin: labels of shape [2] are f32, expected i32. Convert the targets.", ConfigError);
  for (const auto& loss : class_losses()) {
    CAPTURE(loss->describe());
    CHECK_THROWS_AS(run_loss(*loss, {1, 2, 3, 4, 5, 6}, {0, 3}), ConfigError);
    CHECK_THROWS_AS(run_loss(*loss, {1, 2, 3, 4, 5, 6}, {0, -1}), ConfigError);
    CHECK(loss->classification(Shape{3}, Shape{}) == Classification{.by = Classification::By::label});
  }
}

TEST_CASE("class losses: options and shapes that make no sense are refused") {
  CHECK_THROWS_WITH_AS(SoftmaxCrossEntropy({.label_smoothing = 1.5}),
                       "softmax_cross_entropy: label_smoothing is 1.5, expected a number from 0 to 1.", ConfigError);
  CHECK_THROWS_WITH_AS(NegativeLogLikelihood({.weight = {1, -2}}),
                       "negative_log_likelihood: weight holds -2 for class 1, expected a finite number, 0 or more.", ConfigError);
  CHECK_THROWS_WITH_AS(MultiMargin({.p = 3}), "multi_margin: p is 3, expected 1 or 2.", ConfigError);
  CHECK_THROWS_WITH_AS(MultiMargin({.margin = std::numeric_limits<double>::infinity()}),
                       "multi_margin: margin is inf, expected a finite number.", ConfigError);
  const std::vector<Shape> four{Shape{4}, Shape{}}, wrong{Shape{4}, Shape{4}}, number{Shape{}, Shape{}};
  const char* weights = "weight holds 2 numbers, the output has 4 classes. Give one for each, or none.";
  CHECK_THROWS_WITH_AS(SoftmaxCrossEntropy({.weight = {1, 2}}).infer(four), weights, ShapeError);
  CHECK_THROWS_WITH_AS(NegativeLogLikelihood({.weight = {1, 2}}).infer(four), weights, ShapeError);
  CHECK_THROWS_WITH_AS(MultiMargin({.weight = {1, 2}}).infer(four), weights, ShapeError);
  CHECK_THROWS_WITH_AS(MultiMargin().infer(wrong),
                       "the target is [4] a sample, the output is [4], expected [], class labels. Reshape the targets.", ShapeError);
  CHECK_THROWS_WITH_AS(NegativeLogLikelihood().infer(number),
                       "the output is [], expected [..., classes]. Give it one number for each class.", ShapeError);
  LayerRunner run(SoftmaxCrossEntropy({.label_smoothing = 0.5}), {Shape{2}, Shape{2}}, {.dtype = DType::f64});
  run.randomize();
  run.forward();
  CHECK_THROWS_WITH_AS(
      run.backward(),
      "softmax_cross_entropy: a gradient is wanted of the targets, which have one only without options. Leave the options out.",
      ConfigError);
}

TEST_CASE("class losses: describe names the options that are set") {
  CHECK(SoftmaxCrossEntropy().describe() == "softmax_cross_entropy");
  CHECK(SoftmaxCrossEntropy().config() == Config());
  CHECK(SoftmaxCrossEntropy({.label_smoothing = 0.1, .weight = {1, 2}, .ignore_index = -1, .reduction = Reduction::sum}).describe() ==
        "softmax_cross_entropy(label_smoothing=0.1, weight=[...], ignore_index=-1, reduction=sum)");
  CHECK(MultiMargin({.p = 2}).describe() == "multi_margin(p=2)");
}
