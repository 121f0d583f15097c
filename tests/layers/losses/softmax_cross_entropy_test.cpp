#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <weir/core/error.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>

#include "layers/softmax_exp.hpp"
#include "tests/layers/reference_case.hpp"

using namespace weir;
using namespace weir::test;

namespace {
constexpr DType compute_types[] = {DType::f32, DType::f64};
constexpr double infinity = std::numeric_limits<double>::infinity();
const SoftmaxCrossEntropy loss;

// The losses of one batch of logits [batch, classes] with these labels.
std::vector<double> losses(const std::vector<double>& logits, const std::vector<double>& labels, DType dtype) {
  const auto batch = static_cast<std::int64_t>(labels.size());
  LayerRunner run(loss, {Shape{static_cast<std::int64_t>(logits.size()) / batch}, Shape{}}, {.batch = batch, .dtype = dtype});
  run.set_x(logits, 0);
  run.set_x(labels, 1);
  run.forward();
  return numbers(run.y());
}
}  // namespace

TEST_CASE("softmax cross entropy: agrees with PyTorch from labels and from probabilities") {
  for (const DType dtype : compute_types) {
    for (const char* leading : {"0", "3"}) {
      check_reference_case(loss, std::string("labels.") + leading, dtype);
      check_reference_case(loss, std::string("probabilities.") + leading, dtype);
    }
  }
}

TEST_CASE("softmax cross entropy: equal logits give the logarithm of the classes and dx by hand") {
  for (const DType dtype : compute_types) {
    const double epsilon = dtype == DType::f64 ? 1e-15 : 1e-7;
    for (const std::int64_t classes : {1, 2, 10, 16, 17, 5000}) {
      const std::vector<double> zeros(static_cast<std::size_t>(classes));
      CHECK(losses(zeros, {0}, dtype)[0] == doctest::Approx(std::log(static_cast<double>(classes))).epsilon(epsilon));
    }
    LayerRunner run(loss, {Shape{4}, Shape{}}, {.batch = 1, .dtype = dtype});
    run.set_x({7, 7, 7, 7}, 0);
    run.set_x({2}, 1);
    run.set_dy({0.5});
    run.forward();
    run.backward();
    CHECK(numbers(run.dx(0)) == std::vector<double>{0.125, 0.125, -0.375, 0.125});
  }
}

TEST_CASE("softmax cross entropy: logits of any size neither overflow nor lose the loss") {
  for (const DType dtype : compute_types) {
    CHECK(losses({1000, 0, 0, 1000}, {0, 0}, dtype) == std::vector<double>{0, 1000});
    CHECK(losses({1e30, -1e30}, {0}, dtype) == std::vector<double>{0});
    CHECK(losses({-1e30, -1e30}, {0}, dtype)[0] == doctest::Approx(std::log(2.0)));
    CHECK(losses({1e6, 1e6 - 8, 1e6 - 8}, {0}, dtype)[0] ==
          doctest::Approx(std::log1p(2 * std::exp(-8.0))).epsilon(dtype == DType::f64 ? 1e-9 : 1e-3));
  }
}

TEST_CASE("softmax cross entropy: NaN and infinities show in their own sample only") {
  for (const DType dtype : compute_types) {
    for (const double bad : {std::nan(""), infinity}) {
      for (const double label : {0, 1}) {
        const auto y = losses({0, bad, 0, 0}, {label, 0}, dtype);
        CHECK(std::isnan(y[0]));
        CHECK(y[1] == doctest::Approx(std::log(2.0)));
      }
    }
    CHECK(std::isnan(losses({-infinity, -infinity}, {0}, dtype)[0]));
    CHECK(losses({-infinity, 0, 0}, {1}, dtype)[0] == doctest::Approx(std::log(2.0)));  // a class of probability 0
    CHECK(losses({-infinity, 0}, {0}, dtype)[0] == infinity);

    // A NaN anywhere in a long row: first, in the middle, in the remainder.
    for (const std::size_t at : {0U, 5U, 16U, 30U, 36U}) {
      std::vector<double> logits(37);
      logits[at] = std::nan("");
      CHECK(std::isnan(losses(logits, {3}, dtype)[0]));
    }
  }
}

TEST_CASE("softmax cross entropy: a NaN logit makes the gradients of its row NaN") {
  LayerRunner run(loss, {Shape{3}, Shape{}}, {.batch = 2});
  run.set_x({0, std::nan(""), 0, 0, 0, 0}, 0);
  run.set_dy({1, 1});
  run.forward();
  run.backward();
  const auto dx = numbers(run.dx(0));
  for (std::size_t i = 0; i < 3; ++i) CHECK(std::isnan(dx[i]));
  for (std::size_t i = 3; i < 6; ++i) CHECK(std::isfinite(dx[i]));
}

TEST_CASE("softmax cross entropy: probabilities of any sum and a class of probability 0 that is ruled out") {
  for (const DType dtype : compute_types) {
    LayerRunner run(loss, {Shape{2}, Shape{2}}, {.batch = 3, .dtype = dtype});
    run.set_x({0, 0, 0, 0, 0, -infinity}, 0);
    run.set_x({1, 1, 2, 0, 1, 0}, 1);
    run.set_dy({1, 1, 1});
    run.skip_dx(1);
    run.forward();
    run.backward();
    const auto y = numbers(run.y());
    CHECK(y[0] == doctest::Approx(2 * std::log(2.0)));
    CHECK(y[1] == doctest::Approx(2 * std::log(2.0)));
    CHECK(y[2] == 0);
    CHECK(numbers(run.dx(0)) == std::vector<double>{0, 0, -1, 1, 0, 0});
  }
}

// g++ 12 with AVX-512 miscompiled a loop that loads some logits conditionally: it read lanes by another register's mask.
TEST_CASE("softmax cross entropy: classes of probability 0 among many others do not disturb their terms") {
  for (const DType dtype : compute_types) {
    for (const std::int64_t classes : {15, 16, 17, 33, 100}) {
      std::vector<double> x, t;
      long double sum = 0, expected = 0;
      for (std::int64_t j = 0; j < classes; ++j) {
        x.push_back(static_cast<double>(j % 7) * 0.125);
        t.push_back(static_cast<double>(j % 5) / 2);
        sum += std::exp(static_cast<long double>(x.back()));
      }
      for (std::size_t j = 0; j < x.size(); ++j)
        expected += static_cast<long double>(t[j]) * (std::log(sum) - static_cast<long double>(x[j]));
      LayerRunner run(loss, {Shape{classes}, Shape{classes}}, {.batch = 1, .dtype = dtype});
      run.set_x(x, 0);
      run.set_x(t, 1);
      run.forward();
      INFO(classes << " " << to_string(dtype));
      CHECK(numbers(run.y())[0] == doctest::Approx(static_cast<double>(expected)).epsilon(dtype == DType::f64 ? 1e-14 : 1e-6));
    }
  }
}

TEST_CASE("softmax cross entropy: any number of classes and samples agrees with the formula in long double") {
  for (const DType dtype : compute_types) {
    for (const std::int64_t classes : {1, 2, 10, 15, 16, 17, 33, 1000, 9001}) {
      for (const std::int64_t batch : {0, 1, 7, 500}) {
        if (classes * batch > 100'000) continue;
        CAPTURE(classes);
        CAPTURE(batch);
        LayerRunner run(loss, {Shape{classes}, Shape{}}, {.batch = batch, .dtype = dtype, .threads = 2});
        run.randomize();
        std::vector<double> labels;
        for (std::int64_t i = 0; i < batch; ++i) labels.push_back(static_cast<double>(i * 31 % classes));
        run.set_x(labels, 1);
        run.forward();
        run.backward();
        const auto x = numbers(run.x(0)), dy = numbers(run.dy());
        std::vector<double> y, dx;
        for (std::size_t i = 0; i < labels.size(); ++i) {
          const double* row = x.data() + i * static_cast<std::size_t>(classes);
          const auto weight = [&](std::int64_t j) {  // exp(x_j - x_label)
            return std::exp(static_cast<long double>(row[j]) - static_cast<long double>(row[static_cast<std::int64_t>(labels[i])]));
          };
          long double sum = 0;
          for (std::int64_t j = 0; j < classes; ++j) sum += weight(j);
          y.push_back(static_cast<double>(std::log(sum)));
          for (std::int64_t j = 0; j < classes; ++j) {
            const double p = static_cast<double>(weight(j) / sum);
            dx.push_back(dy[i] * (p - (static_cast<double>(j) == labels[i] ? 1 : 0)));
          }
        }
        const double bound = dtype == DType::f64 ? 1e-14 : 1e-6;
        CHECK(worst_error(numbers(run.y()), y) <= bound);
        CHECK(worst_error(numbers(run.dx(0)), dx) <= bound);
      }
    }
  }
}

TEST_CASE("softmax cross entropy: the bits do not depend on the number of threads") {
  for (const std::int64_t classes : {10, 700}) {
    for (const bool probabilities : {false, true}) {
      std::vector<std::vector<unsigned char>> first;
      for (int threads = 1; threads <= 4; ++threads) {
        LayerRunner run(loss, {Shape{3, classes}, probabilities ? Shape{3, classes} : Shape{3}}, {.batch = 600, .threads = threads});
        run.randomize();
        run.forward();
        run.backward();
        const std::vector<std::vector<unsigned char>> result{bits(run.y()), bits(run.dx(0))};
        if (threads == 1) first = result;
        CHECK(result == first);
      }
    }
  }
}

TEST_CASE("softmax cross entropy: a label out of range is refused before anything is written") {
  LayerRunner run(loss, {Shape{3, 4}, Shape{3}}, {.batch = 2});
  run.set_x({0, 1, 2, 3, 0, 4}, 1);
  CHECK_THROWS_WITH_AS(run.forward(),
                       "softmax_cross_entropy: sample 1, position 2 has the label 4, expected 0 to 3. Correct the labels, or give the "
                       "output as many classes as there are.",
                       ConfigError);
  for (const double value : numbers(run.y())) CHECK(std::isnan(value));
  for (const double value : numbers(run.saved(0))) CHECK(std::isnan(value));
  for (const double value : numbers(run.saved(1))) CHECK(std::isnan(value));
}

TEST_CASE("softmax cross entropy: check_targets names the sample and the value") {
  const auto check = [](const Shape& output, const std::vector<double>& values, const Shape& shape, DType dtype) {
    loss.check_targets(output, tensor(values, shape, dtype));
  };
  CHECK_NOTHROW(check(Shape{3}, {0, 1, 2}, Shape{3}, DType::i32));
  CHECK_THROWS_WITH_AS(check(Shape{3}, {0, 1, -1}, Shape{3}, DType::i32),
                       "softmax_cross_entropy: sample 2 has the label -1, expected 0 to 2. Correct the labels, or give the output as many "
                       "classes as there are.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(check(Shape{3}, {3}, Shape{1}, DType::i32),
                       "softmax_cross_entropy: sample 0 has the label 3, expected 0 to 2. Correct the labels, or give the output as many "
                       "classes as there are.",
                       ConfigError);
  for (const DType dtype : compute_types) {
    CHECK_NOTHROW(check(Shape{2}, {0.25, 0.75, 1, 0, 0.3335, 0.6665}, Shape{3, 2}, dtype));
    CHECK_THROWS_WITH_AS(check(Shape{2}, {0.5, 0.5, 1.5, -0.5}, Shape{2, 2}, dtype),
                         "softmax_cross_entropy: sample 1 has the probability -0.5 of class 1, expected a finite number of 0 or more. "
                         "Correct the targets.",
                         ConfigError);
    CHECK_THROWS_WITH_AS(check(Shape{2, 2}, {0.5, 0.5, 0.5, 0.25}, Shape{1, 2, 2}, dtype),
                         "softmax_cross_entropy: sample 0, position 1 has probabilities that add up to 0.75, expected 1. Divide each by "
                         "their sum.",
                         ConfigError);
    CHECK_THROWS_WITH_AS(check(Shape{2}, {infinity, 0}, Shape{1, 2}, dtype),
                         "softmax_cross_entropy: sample 0 has the probability inf of class 0, expected a finite number of 0 or more. "
                         "Correct the targets.",
                         ConfigError);
  }
  CHECK_THROWS_WITH_AS(check(Shape{3}, {1, 2}, Shape{2}, DType::f32),
                       "softmax_cross_entropy: labels of shape [2] are f32, expected i32. Convert the targets.", ConfigError);
  CHECK_THROWS_WITH_AS(check(Shape{2}, {1, 0}, Shape{1, 2}, DType::i32),
                       "softmax_cross_entropy: probabilities of shape [1, 2] are i32, expected f32, f64 or u8. Convert the targets.",
                       ConfigError);
  CHECK_NOTHROW(check(Shape{2}, {255, 0}, Shape{1, 2}, DType::u8));
}

TEST_CASE("softmax cross entropy: labels are told from probabilities by their shape") {
  CHECK(loss.classification(Shape{10}, Shape{})->by == Classification::By::label);
  CHECK(loss.classification(Shape{5, 10}, Shape{5})->by == Classification::By::label);
  CHECK(loss.classification(Shape{10}, Shape{10})->by == Classification::By::largest);
  const LayerPlan labels = loss.infer(std::vector{Shape{5, 10}, Shape{5}});
  CHECK(labels.output == Shape{});
  CHECK(labels.inputs == std::vector{Storage::compute, Storage::i32});
  const LayerPlan probabilities = loss.infer(std::vector{Shape{5, 10}, Shape{5, 10}});
  CHECK(probabilities.inputs == std::vector{Storage::compute, Storage::compute});
}

TEST_CASE("softmax cross entropy: what cannot be is refused in words") {
  CHECK_THROWS_WITH_AS(loss.infer(std::vector{Shape{10}, Shape{1}}),
                       "the target is [1] a sample, the output is [10], expected [] (class labels) or [10] (probabilities). Reshape the "
                       "targets.",
                       ShapeError);
  CHECK_THROWS_WITH_AS(loss.infer(std::vector{Shape{}, Shape{}}),
                       "the output is [], expected [..., classes]. Give it one logit for each class.", ShapeError);
  CHECK_THROWS_WITH_AS(loss.infer(std::vector{Shape{0}, Shape{}}),
                       "the output is [0], expected [..., classes]. Give it one logit for each class.", ShapeError);
  CHECK_THROWS_WITH_AS(loss.infer(std::vector{Shape{3}, Shape{}, Shape{}}),
                       "got 3 inputs, expected an output and its target. A loss is no layer of a graph.", ShapeError);
  LayerRunner run(loss, {Shape{3}, Shape{}}, {.batch = 1});
  run.forward();
  LayerArgs& args = run.bind();
  Tensor gradient(Shape{1});
  const TensorView dx[] = {run.dx(0), gradient};
  args.dx = dx;
  CHECK_THROWS_WITH_AS(loss.backward(run.context(), args),
                       "softmax_cross_entropy: a gradient is wanted of class labels, which have none. Use probabilities.", ConfigError);
}

TEST_CASE("softmax cross entropy: its exp is within 2 ulp of the exact one and vanishes at -infinity") {
  const auto exp = [](auto d) { return softmax_exp(softmax_clamp(d)); };
  CHECK(exp(-infinity) == 0.0);
  CHECK(exp(-std::numeric_limits<float>::infinity()) == 0.0F);
  CHECK(exp(0.0F) == 1.0F);
  CHECK(exp(-0.0F) == 1.0F);
  CHECK(std::isnan(exp(std::nan(""))));
  CHECK(std::isnan(exp(std::numeric_limits<float>::quiet_NaN())));
  double worst = 0;
  for (std::uint32_t bits = 0; bits < 0x7f800000U; bits += 509) {
    const float x = -__builtin_bit_cast(float, bits);
    const double exact = std::exp(static_cast<double>(x));
    const double ulp = std::max(0x1p-149, exact > 0 ? std::ldexp(1.0, std::ilogb(exact) - 23) : 0);
    worst = std::max(worst, std::abs(static_cast<double>(exp(x)) - exact) / ulp);
  }
  MESSAGE("worst error of softmax_exp: " << worst << " ulp");
  CHECK(worst <= 2);
}
