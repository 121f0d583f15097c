#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/core/tensor.hpp>

using weir::Shape;
using weir::Tensor;

TEST_CASE("array: matmul in all four layouts") {
  const Tensor a = Tensor::from<double>({1, 2, 3, 4, 5, 6}, Shape{2, 3}), at = Tensor::from<double>({1, 4, 2, 5, 3, 6}, Shape{3, 2});
  const Tensor b = Tensor::from<double>({7, 8, 9, 10, 11, 12}, Shape{3, 2}), bt = Tensor::from<double>({7, 9, 11, 8, 10, 12}, Shape{2, 3});
  const std::vector<double> product{58, 64, 139, 154};  // by hand
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      Tensor c(Shape{2, 2}, weir::DType::f64);
      weir::matmul(ta ? at : a, tb ? bt : b, c, {.transpose_a = ta, .transpose_b = tb});
      for (std::size_t i = 0; i < 4; ++i) CHECK(c.values<double>()[i] == product[i]);
    }
  }
}

TEST_CASE("array: matmul says what does not fit") {
  Tensor a(Shape{2, 3}), b(Shape{4, 2}), c(Shape{2, 2}), d(Shape{3, 2}, weir::DType::f64);
  CHECK_THROWS_WITH_AS(weir::matmul(a, b, c), "matmul: got [2, 3] times [4, 2] into [2, 2], expected [m, k] times [k, n] into [m, n].",
                       weir::ShapeError);
  CHECK_THROWS_WITH_AS(weir::matmul(a, d, c), "matmul: got f32 and f64, expected one dtype. Convert with Tensor::to(DType).",
                       weir::ConfigError);
}

TEST_CASE("array: an empty inner dimension gives zeros") {
  Tensor a(Shape{2, 0}), b(Shape{0, 3}), c = Tensor::from<float>({1, 2, 3, 4, 5, 6}, Shape{2, 3});
  weir::matmul(a, b, c);
  for (const float x : c.values<float>()) CHECK(x == 0);
}

TEST_CASE("array: reduce_sum over samples and over everything") {
  const Tensor x = Tensor::from<float>({1, 2, 3, 4, 5, 6}, Shape{3, 2});
  Tensor columns(Shape{2}), total(Shape{});
  weir::reduce_sum(x, columns);
  weir::reduce_sum(x, total);
  CHECK(columns.values<float>()[0] == 9);
  CHECK(columns.values<float>()[1] == 12);
  CHECK(total.values<float>()[0] == 21);
}

TEST_CASE("array: a long sum of floats keeps its digits") {
  constexpr std::int64_t count = 10'000'000;
  Tensor x(Shape{count}), total(Shape{});
  weir::fill(x, 0.1);
  weir::reduce_sum(x, total);
  const double exact = static_cast<double>(0.1F) * static_cast<double>(count);
  // Blocks of 256 are summed in order, then 39,063 blocks in a tree: each element passes at most 255 + 16 roundings.
  CHECK(std::abs(total.values<float>()[0] - exact) <= 271 * 0x1p-24 * exact);
}

TEST_CASE("array: fill and copy check what they are given") {
  Tensor bytes(Shape{3}, weir::DType::u8), numbers(Shape{3}), two(Shape{2});
  weir::fill(bytes, 255);
  CHECK(bytes.values<std::uint8_t>()[2] == 255);
  CHECK_THROWS_WITH_AS(weir::fill(bytes, 256), "fill: got 256, expected a whole number from 0 to 255 for u8. Give one that fits.",
                       weir::ConfigError);
  CHECK_THROWS_AS(weir::copy(bytes, numbers), weir::ConfigError);
  CHECK_THROWS_WITH_AS(weir::copy(numbers, two), "copy: got [3] into [2], expected as many elements.", weir::ShapeError);
}
