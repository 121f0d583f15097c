#include <doctest/doctest.h>

#include <limits>

#include <weir/activations/functions.hpp>
#include <weir/core/error.hpp>
#include <weir/core/tensor.hpp>

using namespace weir;

TEST_CASE("activations: shapes that differ are refused") {
  Tensor a(Shape{2, 3}), b(Shape{3, 2});
  CHECK_THROWS_WITH_AS(relu(a, b), "relu: x has shape [2, 3], y has [3, 2], expected equal shapes. Use reshaped() where the counts agree.",
                       ShapeError);
  CHECK_THROWS_WITH_AS(relu_grad(a, b),
                       "relu_grad: x has shape [2, 3], g has [3, 2], expected equal shapes. Use reshaped() where the counts agree.",
                       ShapeError);
  CHECK_THROWS_WITH_AS(relu_backward(a, b, b),
                       "relu_backward: y has shape [2, 3], dx has [3, 2], expected equal shapes. Use reshaped() where the counts agree.",
                       ShapeError);
  CHECK_THROWS_WITH_AS(activate(Tanh(), a, b),
                       "activate: x has shape [2, 3], y has [3, 2], expected equal shapes. Use reshaped() where the counts agree.",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      activate_backward(LeakyReLU(), b, a, a),
      "activate_backward: x has shape [3, 2], dx has [2, 3], expected equal shapes. Use reshaped() where the counts agree.", ShapeError);
  CHECK_THROWS_WITH_AS(
      activate_backward(LeakyReLU(), a, b, a),
      "activate_backward: dy has shape [3, 2], dx has [2, 3], expected equal shapes. Use reshaped() where the counts agree.", ShapeError);
}

TEST_CASE("activations: types that do not compute or differ are refused") {
  Tensor f32(Shape{2}), f64(Shape{2}, DType::f64), i32(Shape{2}, DType::i32);
  CHECK_THROWS_WITH_AS(relu(i32, i32), "relu: y is i32, expected f32 or f64. Convert with Tensor::to(DType).", ConfigError);
  CHECK_THROWS_WITH_AS(relu(i32, f32), "relu: x is i32, y is f32, expected one dtype. Convert with Tensor::to(DType).", ConfigError);
  CHECK_THROWS_WITH_AS(activate_backward(Sigmoid(), f64, f32, f32),
                       "activate_backward: y is f64, dx is f32, expected one dtype. Convert with Tensor::to(DType).", ConfigError);
  CHECK_THROWS_WITH_AS(relu_backward(f32, f64, f32),
                       "relu_backward: dy is f64, dx is f32, expected one dtype. Convert with Tensor::to(DType).", ConfigError);
}

TEST_CASE("activations: a view without data is refused unless it has no elements") {
  Tensor x(Shape{2, 3});
  const TensorView none(nullptr, Shape{2, 3}, DType::f32);
  CHECK_THROWS_WITH_AS(relu(x, none), "relu: y has shape [2, 3] and no data, expected memory. Give the view a pointer.", ConfigError);
  CHECK_THROWS_WITH_AS(relu(none, x), "relu: x has shape [2, 3] and no data, expected memory. Give the view a pointer.", ConfigError);
}

TEST_CASE("activations: blocks that overlap without being the same are refused") {
  Tensor block(Shape{4, 3});
  const TensorView first = block.view().rows(0, 3), second = block.view().rows(1, 3);
  CHECK_THROWS_WITH_AS(relu(first, second), "relu: x and y overlap without being the same block, expected one block or two. Copy x first.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(relu_backward(first, first, second),
                       "relu_backward: dy and dx overlap without being the same block, expected one block or two. Copy dy first.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(relu_backward(second, first, first),
                       "relu_backward: y and dx overlap without being the same block, expected one block or two. Copy y first.",
                       ConfigError);
  CHECK_NOTHROW(relu(block.view().rows(0, 2), block.view().rows(2, 2)));
  CHECK_NOTHROW(relu(first, first));
}

TEST_CASE("activations: another device than the calls is refused") {
  Tensor x(Shape{2});
  const TensorView far(x.view().raw(), Shape{2}, DType::f32, Device::cuda(1));
  CHECK_THROWS_WITH_AS(relu(far, x), "relu: x is on cuda:1, expected cpu. Copy it with Tensor::to(Device).", DeviceError);
  CHECK_THROWS_WITH_AS(relu(Context{}, x, far), "relu: y is on cuda:1, expected cpu. Copy it with Tensor::to(Device).", DeviceError);
  CHECK_THROWS_WITH_AS(activate_backward(Tanh(), x, far, x),
                       "activate_backward: dy is on cuda:1, expected cpu. Copy it with Tensor::to(Device).", DeviceError);
}

TEST_CASE("activations: a parameter that is not finite is refused before anything is written") {
  const LeakyReLU bad{.negative_slope = std::numeric_limits<double>::quiet_NaN()};
  const char* message = "leaky_relu: negative_slope is nan, expected a number that is finite in float. Give another one.";
  const Tensor x = Tensor::from({-1.0F, 1.0F}, Shape{2});
  Tensor y = Tensor::from({7.0F, 7.0F}, Shape{2});
  CHECK_THROWS_WITH_AS(activate(bad, x, y), message, ConfigError);
  CHECK_THROWS_WITH_AS(activate_backward(bad, x, x, y), message, ConfigError);
  CHECK(y.values<float>()[0] == 7.0F);
  CHECK(y.values<float>()[1] == 7.0F);
}
