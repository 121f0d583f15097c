#include <cmath>

#include <doctest/doctest.h>

#include <weir/core/error.hpp>
#include <weir/core/initializer.hpp>
#include <weir/core/tensor.hpp>

using weir::DType;
using weir::Initializer;
using weir::RandomKey;
using weir::Shape;
using weir::Tensor;

namespace {

struct Moments {
  double mean, variance, largest;
};

Moments moments(const Initializer& initializer, Shape shape) {
  Tensor block(shape, DType::f64);
  initializer.fill(block, RandomKey{1});
  double mean = 0, variance = 0, largest = 0;
  const auto values = block.values<double>();
  for (const double x : values) mean += x / static_cast<double>(values.size());
  for (const double x : values) variance += (x - mean) * (x - mean) / static_cast<double>(values.size());
  for (const double x : values) largest = std::max(largest, std::abs(x));
  return {mean, variance, largest};
}

}  // namespace

TEST_CASE("initializer: variances are those of the papers") {
  const Shape shape{200, 400};  // out, in: 80,000 numbers
  const auto near = [](double value) { return doctest::Approx(value).epsilon(0.03); };
  CHECK(moments(Initializer::he_normal(), shape).variance == near(2.0 / 400));
  CHECK(moments(Initializer::he_uniform(), shape).variance == near(2.0 / 400));
  CHECK(moments(Initializer::he_uniform(std::sqrt(5.0)), shape).variance == near(1.0 / 3 / 400));
  CHECK(moments(Initializer::glorot_normal(), shape).variance == near(2.0 / 600));
  CHECK(moments(Initializer::glorot_uniform(2), shape).variance == near(4 * 2.0 / 600));
  CHECK(moments(Initializer::normal(0, 0.5), shape).variance == near(0.25));
  CHECK(moments(Initializer::he_uniform(), shape).largest <= std::sqrt(6.0 / 400));
  CHECK(moments(Initializer::he_uniform(), shape).largest > 0.99 * std::sqrt(6.0 / 400));
  CHECK(std::abs(moments(Initializer::glorot_normal(), shape).mean) < 5 * std::sqrt(2.0 / 600 / 80000));
}

TEST_CASE("initializer: the fan may be the outputs") {
  const Shape shape{200, 400};
  const auto near = [](double value) { return doctest::Approx(value).epsilon(0.03); };
  CHECK(moments(Initializer::he_normal(0, weir::Fan::out), shape).variance == near(2.0 / 200));
  CHECK(moments(Initializer::he_uniform(1, weir::Fan::out), shape).variance == near(1.0 / 200));
  CHECK(moments(Initializer::lecun_normal(), shape).variance == near(1.0 / 400));
  CHECK(moments(Initializer::lecun_normal(weir::Fan::out), shape).variance == near(1.0 / 200));
  CHECK(moments(Initializer::lecun_uniform(), shape).variance == near(1.0 / 400));
  CHECK(moments(Initializer::lecun_uniform(), shape).largest <= std::sqrt(3.0 / 400));
  CHECK(moments(Initializer::lecun_uniform(weir::Fan::out), shape).largest > 0.99 * std::sqrt(3.0 / 200));
  CHECK(Initializer::lecun_normal(weir::Fan::out).describe() == "lecun_normal(fan out)");
  CHECK(Initializer::he_normal(0.5, weir::Fan::out).describe() == "he_normal(0.5, fan out)");
}

// The variance of a standard normal number within 2 of 0: 1 - 4 phi(2) / (2 Phi(2) - 1).
TEST_CASE("initializer: a truncated normal number stays within two deviations") {
  const Moments found = moments(Initializer::truncated_normal(1, 0.5), Shape{80000});
  CHECK(found.mean == doctest::Approx(1).epsilon(0.01));
  CHECK(found.variance == doctest::Approx(0.25 * 0.77374).epsilon(0.03));
  CHECK(found.largest <= 2);
  CHECK(found.largest > 1.99);
}

TEST_CASE("initializer: an orthogonal matrix times its transpose is the identity") {
  for (const Shape& shape : {Shape{3, 3}, Shape{4, 7}, Shape{7, 4}, Shape{3, 2, 5}, Shape{1, 6}}) {
    CAPTURE(to_string(shape));
    const double gain = 1.5;
    Tensor block(shape, DType::f64), again(shape, DType::f64), narrow(shape);
    Initializer::orthogonal(gain).fill(block, RandomKey{3});
    Initializer::orthogonal(gain).fill(again, RandomKey{3});
    Initializer::orthogonal(gain).fill(narrow, RandomKey{3});
    const auto m = block.values<double>();
    const std::size_t rows = static_cast<std::size_t>(shape[0]), columns = m.size() / rows, few = std::min(rows, columns);
    for (std::size_t i = 0; i < few; ++i) {
      for (std::size_t j = 0; j < few; ++j) {
        double product = 0;
        for (std::size_t k = 0; k < std::max(rows, columns); ++k) {
          product += rows <= columns ? m[i * columns + k] * m[j * columns + k] : m[k * columns + i] * m[k * columns + j];
        }
        CHECK(product == doctest::Approx(i == j ? gain * gain : 0).epsilon(1e-14).scale(1));
      }
    }
    for (std::size_t i = 0; i < m.size(); ++i) {
      CHECK(m[i] == again.values<double>()[i]);
      CHECK(narrow.values<float>()[i] == static_cast<float>(m[i]));
    }
  }
  Tensor none(Shape{0, 4}), vector(Shape{3});
  CHECK_NOTHROW(Initializer::orthogonal().fill(none, RandomKey{0}));
  CHECK_THROWS_WITH_AS(Initializer::orthogonal().fill(vector, RandomKey{0}),
                       "initializer: [3] is no matrix, expected at least two dimensions. Use uniform or normal.", weir::ShapeError);
}

TEST_CASE("initializer: both signs of an orthogonal matrix occur equally often") {
  int positive = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Tensor block(Shape{2, 2}, DType::f64);
    Initializer::orthogonal().fill(block, RandomKey{seed});
    positive += block.values<double>()[0] > 0 ? 1 : 0;
  }
  CHECK(std::abs(positive - 200) < 50);  // five deviations
}

TEST_CASE("initializer: a float block gets the double numbers rounded") {
  Tensor narrow(Shape{3, 5}), wide(Shape{3, 5}, DType::f64);
  Initializer::he_normal().fill(narrow, RandomKey{4});
  Initializer::he_normal().fill(wide, RandomKey{4});
  for (std::size_t i = 0; i < 15; ++i) CHECK(narrow.values<float>()[i] == static_cast<float>(wide.values<double>()[i]));
}

TEST_CASE("initializer: each is described by its numbers") {
  using weir::Fan;
  CHECK(Initializer().describe() == "constant(0)");
  CHECK(Initializer::zeros().describe() == "constant(0)");
  CHECK(Initializer::constant(-0.5).describe() == "constant(-0.5)");
  CHECK(Initializer::uniform(-1, 2).describe() == "uniform(-1, 2)");
  CHECK(Initializer::normal(0, 0.02).describe() == "normal(0, 0.02)");
  CHECK(Initializer::truncated_normal(1, 0.5).describe() == "truncated_normal(1, 0.5)");
  CHECK(Initializer::he_uniform().describe() == "he_uniform(0)");
  CHECK(Initializer::he_uniform(0.5, Fan::out).describe() == "he_uniform(0.5, fan out)");
  CHECK(Initializer::he_normal(0.5).describe() == "he_normal(0.5)");
  CHECK(Initializer::he_normal(0, Fan::out).describe() == "he_normal(0, fan out)");
  CHECK(Initializer::glorot_uniform().describe() == "glorot_uniform(1)");
  CHECK(Initializer::glorot_normal(2).describe() == "glorot_normal(2)");
  CHECK(Initializer::lecun_uniform().describe() == "lecun_uniform(fan in)");
  CHECK(Initializer::lecun_uniform(Fan::out).describe() == "lecun_uniform(fan out)");
  CHECK(Initializer::lecun_normal().describe() == "lecun_normal(fan in)");
  CHECK(Initializer::lecun_normal(Fan::out).describe() == "lecun_normal(fan out)");
  CHECK(Initializer::orthogonal(1.5).describe() == "orthogonal(1.5)");
}

TEST_CASE("initializer: each number that makes no sense is refused in words") {
  CHECK_THROWS_WITH_AS(Initializer::constant(NAN), "initializer constant: got nan, expected a finite number.", weir::ConfigError);
  CHECK_THROWS_WITH_AS(Initializer::uniform(-INFINITY, 0), "initializer uniform: got -inf, expected a finite number.", weir::ConfigError);
  CHECK_THROWS_WITH_AS(Initializer::uniform(0, NAN), "initializer uniform: got nan, expected a finite bound not below the lower one.",
                       weir::ConfigError);
  CHECK_THROWS_WITH_AS(Initializer::normal(NAN, 1), "initializer normal: got nan, expected a finite number.", weir::ConfigError);
  CHECK_THROWS_WITH_AS(Initializer::normal(0, -1), "initializer normal: got -1, expected a finite number of 0 or more.",
                       weir::ConfigError);
  CHECK_THROWS_WITH_AS(Initializer::truncated_normal(0, -1),
                       "initializer truncated_normal: got -1, expected a finite number of 0 or more.", weir::ConfigError);
  CHECK_THROWS_WITH_AS(Initializer::he_uniform(NAN), "initializer he_uniform: got nan, expected a finite number.", weir::ConfigError);
  CHECK_THROWS_WITH_AS(Initializer::he_normal(INFINITY), "initializer he_normal: got inf, expected a finite number.", weir::ConfigError);
  CHECK_THROWS_WITH_AS(Initializer::glorot_uniform(-1), "initializer glorot_uniform: got -1, expected a finite number of 0 or more.",
                       weir::ConfigError);
  CHECK_THROWS_WITH_AS(Initializer::glorot_normal(NAN), "initializer glorot_normal: got nan, expected a finite number of 0 or more.",
                       weir::ConfigError);
  CHECK_THROWS_WITH_AS(Initializer::orthogonal(INFINITY), "initializer orthogonal: got inf, expected a finite number of 0 or more.",
                       weir::ConfigError);
  CHECK_NOTHROW(Initializer::uniform(1, 1));
  CHECK_NOTHROW(Initializer::normal(0, 0));
}

TEST_CASE("initializer: constants are exact and bad numbers are refused") {
  CHECK(moments(Initializer::constant(0.25), Shape{4}).mean == 0.25);
  CHECK(moments(Initializer{}, Shape{4}).largest == 0);
  CHECK(Initializer::uniform(-1, 2).describe() == "uniform(-1, 2)");
  CHECK_THROWS_WITH_AS(Initializer::uniform(1, 0), "initializer uniform: got 0, expected a finite bound not below the lower one.",
                       weir::ConfigError);
  CHECK_THROWS_AS(Initializer::normal(0, NAN), weir::ConfigError);
  Tensor vector(Shape{3});
  CHECK_THROWS_AS(Initializer::he_normal().fill(vector, RandomKey{0}), weir::ShapeError);
}

TEST_CASE("initializers: a number that the dtype cannot hold is refused") {
  weir::Tensor narrow(weir::Shape{2}), wide(weir::Shape{2}, weir::DType::f64);
  CHECK_THROWS_WITH_AS(Initializer::constant(-1e39).fill(narrow, RandomKey{1}),
                       "initializer: gives -1e+39, which f32 cannot hold. Give it smaller numbers.", weir::ConfigError);
  Initializer::constant(-1e39).fill(wide, RandomKey{1});
  CHECK(wide.values<double>()[1] == -1e39);
}
