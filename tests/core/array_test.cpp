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

// The memory is the host's, only its view says otherwise: nothing may be read there.
TEST_CASE("array: blocks on another device than the work are refused") {
  Tensor a(Shape{2, 2}), b(Shape{2, 2}), c(Shape{2, 2}), sum(Shape{2});
  const auto far = [](Tensor& block) {
    return weir::TensorView(block.view().raw(), block.shape(), weir::DType::f32, weir::Device::cuda(1));
  };
  const weir::Context here;
  const auto refused = [](const std::string& who) {
    return who + ": got a block on cuda:1, expected cpu. Copy it with Tensor::to(Device).";
  };
  CHECK_THROWS_WITH_AS(weir::matmul(here, far(a), b, c), refused("matmul").c_str(), weir::DeviceError);
  CHECK_THROWS_WITH_AS(weir::matmul(here, a, far(b), c), refused("matmul").c_str(), weir::DeviceError);
  CHECK_THROWS_WITH_AS(weir::matmul(here, a, b, far(c)), refused("matmul").c_str(), weir::DeviceError);
  CHECK_THROWS_WITH_AS(weir::reduce_sum(here, far(a), sum), refused("reduce_sum").c_str(), weir::DeviceError);
  CHECK_THROWS_WITH_AS(weir::reduce_sum(here, a, far(sum)), refused("reduce_sum").c_str(), weir::DeviceError);
  CHECK_THROWS_WITH_AS(weir::fill(here, far(a), 1), refused("fill").c_str(), weir::DeviceError);
  CHECK_THROWS_WITH_AS(far(a).values<float>(), "values: the block is on cuda:1, expected cpu. Copy it with to(Device::cpu()) first.",
                       weir::DeviceError);
  CHECK(a.values<float>()[0] == 0);
}

TEST_CASE("array: what cannot be summed or multiplied is refused in words") {
  Tensor x(Shape{3, 2}), y(Shape{3}), wide(Shape{2}, weir::DType::f64), bytes(Shape{3, 2}, weir::DType::u8), row(Shape{2});
  CHECK_THROWS_WITH_AS(weir::reduce_sum(x, y), "reduce_sum: got [3, 2] into [3], expected the same without the first dimension, or [].",
                       weir::ShapeError);
  CHECK_THROWS_WITH_AS(weir::reduce_sum(Tensor(Shape{}), row),
                       "reduce_sum: got [] into [2], expected the same without the first dimension, or [].", weir::ShapeError);
  CHECK_THROWS_WITH_AS(weir::reduce_sum(x, wide), "reduce_sum: got f32 and f64, expected one dtype. Convert with Tensor::to(DType).",
                       weir::ConfigError);
  CHECK_THROWS_WITH_AS(weir::reduce_sum(bytes, row), "reduce_sum: got u8, expected f32 or f64. Convert with Tensor::to(DType).",
                       weir::ConfigError);
  CHECK_THROWS_WITH_AS(weir::matmul(x, row, x), "matmul: got [2], expected a matrix of two dimensions. Use reshaped().", weir::ShapeError);
  CHECK_THROWS_WITH_AS(weir::matmul(x, x, x, {.transpose_a = true}),
                       "matmul: got [3, 2] transposed times [3, 2] into [3, 2], expected [m, k] times [k, n] into [m, n].",
                       weir::ShapeError);
  CHECK_THROWS_WITH_AS(weir::matmul(x, x, x, {.transpose_b = true}),
                       "matmul: got [3, 2] times [3, 2] transposed into [3, 2], expected [m, k] times [k, n] into [m, n].",
                       weir::ShapeError);
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
