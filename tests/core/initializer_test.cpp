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

TEST_CASE("initializer: a float block gets the double numbers rounded") {
  Tensor narrow(Shape{3, 5}), wide(Shape{3, 5}, DType::f64);
  Initializer::he_normal().fill(narrow, RandomKey{4});
  Initializer::he_normal().fill(wide, RandomKey{4});
  for (std::size_t i = 0; i < 15; ++i) CHECK(narrow.values<float>()[i] == static_cast<float>(wide.values<double>()[i]));
}

TEST_CASE("initializer: constants are exact and bad numbers are refused") {
  CHECK(moments(Initializer::constant(0.25), Shape{4}).mean == 0.25);
  CHECK(moments(Initializer{}, Shape{4}).largest == 0);
  CHECK(Initializer::uniform(-1, 2).describe() == "uniform(-1, 2)");
  CHECK_THROWS_WITH_AS(Initializer::uniform(1, 0), "initializer uniform: got 0.000000, expected a finite bound not below the lower one.",
                       weir::ConfigError);
  CHECK_THROWS_AS(Initializer::normal(0, NAN), weir::ConfigError);
  Tensor vector(Shape{3});
  CHECK_THROWS_AS(Initializer::he_normal().fill(vector, RandomKey{0}), weir::ShapeError);
}
