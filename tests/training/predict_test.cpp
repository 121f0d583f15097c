#include <algorithm>
#include <array>
#include <cstdint>

#include <doctest/doctest.h>

#include <weir/training/predict.hpp>

#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("predict: each piece of max_batch is what a forward of it makes") {
  Model whole = classifier({.max_batch = 50}), pieces = classifier({.max_batch = 8});
  const Tensor x = tensor(many(21 * 6, 1), Shape{21, 6}, DType::f32);
  const Tensor got = predict(pieces, x);
  CHECK(got.shape() == Shape{21, 3});
  CHECK(got.dtype() == DType::f32);
  for (const std::int64_t start : {0, 8, 16}) {
    const std::int64_t rows = std::min<std::int64_t>(8, 21 - start);
    CHECK(bits(got.view().rows(start, rows)) == bits(whole.forward(x.view().rows(start, rows))));
  }
  const ConstTensorView few = x.view().rows(0, 10);  // few enough that parts and whole use the same kernel
  CHECK(bits(predict(pieces, few)) == bits(whole.forward(few)));
  CHECK(predict(pieces, Tensor(Shape{0, 6})).shape() == Shape{0, 3});
}

TEST_CASE("predict: memory on another device is refused before it is read") {
  Model model = classifier();
  const Tensor x(Shape{2, 6});
  const ConstTensorView far(x.view().raw(), x.shape(), DType::f32, Device::cuda(1));
  CHECK_THROWS_WITH_AS(predict(model, far), "predict: x is on cuda:1, expected cpu. Copy it with Tensor::to(Device).", DeviceError);
  CHECK_THROWS_WITH_AS(Dataset({Field(far, nullptr)}, {}),
                       "dataset: input 0: is on cuda:1, expected cpu. Copy it with Tensor::to(Device::cpu()) first.", DeviceError);
}

TEST_CASE("predict: the inputs of a Dataset give one tensor an output") {
  Graph graph;
  const auto a = graph.input({2}), b = graph.input({1});
  const auto first = graph.add(Dense(2), {a}), second = graph.add(Dense(1), {b});
  graph.output(second);
  graph.output(first);
  Model model(graph, {.dtype = DType::f64, .max_batch = 2});
  copy(tensor({1, 2, 3, 4}, Shape{2, 2}, DType::f64), model.parameter("0.weight"));
  fill(model.parameter("0.bias"), 1);
  fill(model.parameter("1.weight"), 2);
  fill(model.parameter("1.bias"), 0);
  Field bytes(tensor({0, 255, 51}, Shape{3, 1}, DType::u8), {.divisor = 255});
  const Dataset data({tensor({1, 0, 0, 1, 1, 1}, Shape{3, 2}, DType::f64), std::move(bytes)}, {});
  const std::vector<Tensor> got = predict(model, data);
  REQUIRE(got.size() == 2);
  CHECK(numbers(got[0]) == std::vector<double>{0, 2, 0.4});
  CHECK(numbers(got[1]) == std::vector<double>{2, 4, 3, 5, 4, 8});
}

TEST_CASE("predict: bad input is refused") {
  Model model = classifier();
  CHECK_THROWS_WITH_AS(predict(model, Tensor(Shape{5, 7})),
                       "predict: x is [5, 7], the graph's input takes samples of shape [6]. Give it [samples, ...].", ShapeError);
  CHECK_THROWS_WITH_AS(predict(model, Tensor(Shape{6})),
                       "predict: x is [6], the graph's input takes samples of shape [6]. Give it [samples, ...].", ShapeError);
  CHECK_THROWS_WITH_AS(predict(model, Tensor(Shape{5, 6}, DType::f64)),
                       "predict: x holds f64, the Model takes f32. Convert with Tensor::to(DType).", ConfigError);
  Graph graph;
  const auto a = graph.input({2});
  graph.output(graph.add(Dense(2), {a}));
  graph.output(graph.add(Dense(1), {a}));
  Model two(graph);
  CHECK_THROWS_WITH_AS(predict(two, Tensor(Shape{1, 2})),
                       "predict: the graph has 1 inputs and 2 outputs, expected one of each. Give a Dataset with one Field for each input.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(
      predict(two, curve(2)),
      "predict, input 0: samples have the shape [3], the graph's input takes [2]. Reshape the data, or make the graph for this "
      "shape.",
      ShapeError);
}

TEST_CASE("predict: a view that is not aligned is refused and a clone is taken") {
  Model model = classifier({.max_batch = 8});
  alignas(8) const std::array<unsigned char, 100> bytes{};
  const ConstTensorView askew(bytes.data() + 1, Shape{2, 6}, DType::f32);
  CHECK_THROWS_WITH_AS(predict(model, askew), "predict: x: its memory is not aligned for f32. Copy it with weir::clone.", ConfigError);
  CHECK(predict(model, clone(askew)).shape() == Shape{2, 3});
}
