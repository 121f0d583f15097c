// Penalties, clipping and the max-norm constraint, by hand and by PyTorch's definition.

#include "training/regularizer.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <weir/core/threads.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/sgd.hpp>
#include <weir/training/step.hpp>

#include "tests/training/toy.hpp"
#include "training/gradient_ops.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// A Model whose parameters are weight [2, 2] and bias [2], with gradients written by the test; plain SGD with lr 1.
struct Six {
  explicit Six(DType dtype = DType::f64) : dtype_(dtype), model(sequential({2}, Dense(2)), {.dtype = dtype}) {
    copy(tensor({3, -4, 0, 0.5}, Shape{2, 2}, dtype), model.parameter("0.weight"));
    copy(tensor({-8, 0}, Shape{2}, dtype), model.parameter("0.bias"));
    model.plan_training(MeanSquaredError(), {Shape{2}});
    const Tensor ones = tensor({1, 1}, Shape{1, 2}, dtype);
    const ConstTensorView views[] = {ones};
    model.backward({.inputs = views, .targets = views, .sample_weights = {}});
  }
  // The change of the parameters by SGD: [4] of the weight, then [2] of the bias.
  std::vector<double> moved(const std::vector<double>& weight, const std::vector<double>& bias, const StepOptions& options) {
    const auto before = now();
    const auto& entries = model.parameters();
    copy(tensor(weight, Shape{4}, dtype_), model.gradient_arena().rows(entries[0].offset, 4));
    copy(tensor(bias, Shape{2}, dtype_), model.gradient_arena().rows(entries[1].offset, 2));
    step(model, SGD({.lr = 1}), options);
    auto difference = now();
    for (std::size_t i = 0; i < difference.size(); ++i) difference[i] = before[i] - difference[i];
    return difference;
  }
  std::vector<double> now() const {
    auto all = numbers(model.parameter("0.weight"));
    for (const double b : numbers(model.parameter("0.bias"))) all.push_back(b);
    return all;
  }

  DType dtype_;
  Model model;
};

constexpr DType compute_types[] = {DType::f32, DType::f64};

}  // namespace

TEST_CASE("regularizer: penalties add their slopes to the gradients of their group") {
  for (const DType dtype : compute_types) {
    CHECK(Six(dtype).moved({0, 0, 0, 0}, {0, 0}, {.groups = {{.l1 = 0.25}}, .clip = {}}) ==
          std::vector<double>{0.25, -0.25, 0, 0.25, -0.25, 0});
    CHECK(Six(dtype).moved({1, 1, 1, 1}, {0, 0}, {.groups = {{.l2 = 0.5}}, .clip = {}}) == std::vector<double>{2.5, -1, 1, 1.25, -4, 0});
    CHECK(Six(dtype).moved({0, 0, 0, 0}, {1, 2}, {.groups = {{.names = "*.weight", .l1 = 0.5, .l2 = 0.25}}, .clip = {}}) ==
          std::vector<double>{1.25, -1.5, 0, 0.625, 1, 2});
  }
}

TEST_CASE("regularizer: clipping by value cuts each entry") {
  for (const DType dtype : compute_types) {
    CHECK(Six(dtype).moved({1, -5, 0.25, 2}, {-0.5, 0.75}, {.clip = {.value = 0.5}}) ==
          std::vector<double>{0.5, -0.5, 0.25, 0.5, -0.5, 0.5});
  }
}

// norm of the weight's gradient 5, of the bias' 12, together 13; PyTorch's divisor is norm + 1e-6.
TEST_CASE("regularizer: clipping by norm scales each parameter and globally all of them") {
  const auto close = [](const std::vector<double>& got, const std::vector<double>& expected, double epsilon) {
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(got[i] == doctest::Approx(expected[i]).epsilon(epsilon));
  };
  for (const DType dtype : compute_types) {
    const double epsilon = dtype == DType::f64 ? 1e-14 : 1e-6;
    const double w = 2.5 / (5 + 1e-6), b = 2.5 / (12 + 1e-6), all = 6.5 / (13 + 1e-6);
    close(Six(dtype).moved({3, 0, -4, 0}, {0, 12}, {.clip = {.norm = 2.5}}), {3 * w, 0, -4 * w, 0, 0, 12 * b}, epsilon);
    close(Six(dtype).moved({3, 0, -4, 0}, {0, 12}, {.clip = {.norm = 8}}), {3, 0, -4, 0, 0, 12 * 8 / (12 + 1e-6)}, epsilon);
    close(Six(dtype).moved({3, 0, -4, 0}, {0, 12}, {.clip = {.global_norm = 6.5}}), {3 * all, 0, -4 * all, 0, 0, 12 * all}, epsilon);
    CHECK(Six(dtype).moved({3, 0, -4, 0}, {0, 12}, {.clip = {.global_norm = 14}}) == std::vector<double>{3, 0, -4, 0, 0, 12});
  }
  // A frozen parameter is part of no norm.
  close(Six().moved({3, 0, -4, 0}, {0, 12}, {.groups = {{.names = "*.bias", .frozen = true}}, .clip = {.global_norm = 2.5}}),
        {3 * 2.5 / (5 + 1e-6), 0, -4 * 2.5 / (5 + 1e-6), 0, 0, 0}, 1e-14);
}

TEST_CASE("regularizer: penalties come before clipping") {
  CHECK(Six().moved({0, 0, 0, 0}, {0, 0}, {.groups = {{.l2 = 1}}, .clip = {.value = 1}}) == std::vector<double>{1, -1, 0, 0.5, -1, 0});
}

// What is frozen lies before what is not: each operation begins at the second parameter.
TEST_CASE("regularizer: the parameters behind a frozen one are those that are penalized and clipped and limited") {
  const std::vector<double> weight = {1, -5, 0.25, 2}, none(4, 0);
  const auto bias_moves = [&](ParameterGroup bias, const GradientClip& clip, const std::vector<double>& expected) {
    for (const DType dtype : compute_types) {
      bias.names = "*.bias";
      const std::vector<double> moved =
          Six(dtype).moved(weight, {-0.5, 0.75}, {.groups = {{.names = "*.weight", .frozen = true}, bias}, .clip = clip});
      CHECK(std::vector<double>(moved.begin(), moved.begin() + 4) == none);
      for (std::size_t i = 0; i < 2; ++i) CHECK(moved[4 + i] == doctest::Approx(expected[i]).epsilon(dtype == DType::f64 ? 1e-14 : 1e-6));
    }
  };
  const double length = std::sqrt(0.5 * 0.5 + 0.75 * 0.75);
  bias_moves({}, {}, {-0.5, 0.75});
  bias_moves({}, {.value = 0.625}, {-0.5, 0.625});
  bias_moves({}, {.norm = 0.25}, {-0.5 * 0.25 / (length + 1e-6), 0.75 * 0.25 / (length + 1e-6)});
  bias_moves({}, {.global_norm = 0.25}, {-0.5 * 0.25 / (length + 1e-6), 0.75 * 0.25 / (length + 1e-6)});
  bias_moves({.l1 = 0.25}, {}, {-0.75, 0.75});  // the bias is -8 and 0
  bias_moves({.l2 = 0.25}, {}, {-2.5, 0.75});

  Model model(sequential({2}, Dense(2), Dense(2)), {.dtype = DType::f64});
  const std::vector<double> w = {3, -4, 0, 0.5};
  for (const char* name : {"0.weight", "1.weight"}) copy(tensor(w, Shape{2, 2}, DType::f64), model.parameter(name));
  model.plan_training(MeanSquaredError(), {Shape{2}});
  const Tensor ones = tensor({1, 1}, Shape{1, 2}, DType::f64);
  const ConstTensorView views[] = {ones};
  model.backward({.inputs = views, .targets = views, .sample_weights = {}});
  step(model, SGD({.lr = 0}), {.groups = {{.names = "1.weight", .max_norm = 2.5}}, .clip = {}});
  CHECK(numbers(model.parameter("0.weight")) == w);
  CHECK(numbers(model.parameter("1.weight")) == std::vector<double>{1.5, -2, 0, 0.5});
}

TEST_CASE("regularizer: no row of a weight is longer than max_norm after a step") {
  for (const DType dtype : compute_types) {
    Six six(dtype);
    six.moved({0, 0, 0, 0}, {0, 0}, {.groups = {{.max_norm = 2.5}}, .clip = {}});
    CHECK(six.now() == std::vector<double>{1.5, -2, 0, 0.5, -8, 0});  // max_norm does not apply to a bias
    six.moved({0, 0, 1, 0}, {0, 0}, {.groups = {{.max_norm = 0.5}}, .clip = {}});
    CHECK(six.now()[0] == doctest::Approx(0.3));
    CHECK(six.now()[2] == doctest::Approx(-0.5 / std::sqrt(1.25)));
    CHECK(six.now()[3] == doctest::Approx(0.25 / std::sqrt(1.25)));
  }
}

TEST_CASE("regularizer: a sum of squares is right for any size and has the same bits for any number of threads") {
  for (const DType dtype : compute_types) {
    for (const std::int64_t size : {1, 4095, 4096, 4097, 100001}) {
      const Tensor x = tensor(many(size, 3), Shape{size}, dtype);
      long double exact = 0;
      for (const double value : numbers(x)) exact += static_cast<long double>(value) * static_cast<long double>(value);
      Tensor partial(Shape{(size + square_tile - 1) / square_tile}, DType::f64), sum(Shape{1}, DType::f64), first(Shape{1}, DType::f64);
      Context context;
      cpu::sum_squares(context, x, partial, first);
      CHECK(numbers(first)[0] == doctest::Approx(static_cast<double>(exact)).epsilon(1e-14));
      for (context.threads = 2; context.threads <= 4; ++context.threads) {
        cpu::sum_squares(context, x, partial, sum);
        CHECK(bits(sum) == bits(first));
      }
    }
  }
}

TEST_CASE("regularizer: a fit with all of it has the same bits for any number of threads") {
  const Dataset data = blobs(100, 70, 10);
  const auto train = [&](int threads) {
    set_num_threads(threads);
    Model model(sequential({70}, Dense(150), ReLU(), Dense(10)), {.max_batch = 32, .seed = 7});
    fit(model, data,
        {.loss = SoftmaxCrossEntropy(),
         .optimizer = SGD({.lr = 0.1, .momentum = 0.9}),
         .groups = {{.names = "*.weight", .l1 = 1e-4, .l2 = 1e-3, .max_norm = 0.7}},
         .clip = {.value = 0.05, .norm = 0.5, .global_norm = 0.6},
         .epochs = 2});
    return Snapshot(model);
  };
  const int before = num_threads();
  const Snapshot one = train(1);
  for (const int threads : {2, 3, 4}) CHECK(train(threads) == one);
  set_num_threads(before);
}

TEST_CASE("regularizer: limits that make no sense are refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(Six().moved({0, 0, 0, 0}, {0, 0}, {.clip = {.value = 0}}), "step: clip.value is 0, expected a number above 0.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(Six().moved({0, 0, 0, 0}, {0, 0}, {.clip = {.norm = -1}}), "step: clip.norm is -1, expected a number above 0.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(Six().moved({0, 0, 0, 0}, {0, 0}, {.clip = {.global_norm = nan}}),
                       "step: clip.global_norm is nan, expected a number above 0.", ConfigError);
}

TEST_CASE("regularizer: a gradient that is not finite stays an error behind clipping") {
  Six six;
  CHECK_THROWS_AS(six.moved({0, 0, std::numeric_limits<double>::infinity(), 0}, {0, 0}, {.clip = {.value = 1, .global_norm = 1}}),
                  NumericError);
  CHECK_THROWS_AS(six.moved({0, 0, std::nan(""), 0}, {0, 0}, {.clip = {.value = 1, .global_norm = 1}}), NumericError);
  CHECK(six.now() == std::vector<double>{3, -4, 0, 0.5, -8, 0});
}
