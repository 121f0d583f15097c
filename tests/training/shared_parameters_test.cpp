// Training where nodes share parameters: towers that are one network, a layer that is applied twice, an embedding whose table is also the
// output's weight.

#include <doctest/doctest.h>

#include <cmath>
#include <sstream>
#include <weir/core/threads.hpp>
#include <weir/layers/batch_norm.hpp>
#include <weir/layers/embedding.hpp>
#include <weir/layers/flatten.hpp>
#include <weir/layers/multiply.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/sgd.hpp>

#include "core/model/model_access.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// Two towers of a Dense and a ReLU on the halves of two inputs, one network; their product goes to a third use of the first weight.
Graph siamese(bool shared = true) {
  Graph graph;
  const Node x = graph.input({6}), y = graph.input({6});
  const Node a = graph.add(Dense(6), {x}, "a"), b = graph.add(Dense(6), {y}, "b");
  const Node both = graph.add(Multiply(), {graph.add(ReLU(), {a}), graph.add(Tanh(), {b})});
  const Node c = graph.add(Dense(6), {both}, "c");
  if (shared) {
    graph.share_parameters(b, a);
    graph.share_parameters(c, b, "weight");
  }
  graph.output(graph.add(Dense(3), {c}, "head"));
  return graph;
}

Dataset pairs(std::int64_t samples) {
  std::vector<Field> inputs, targets;
  const Dataset first = blobs(samples, 6, 3, 1), second = blobs(samples, 6, 3, 2);
  inputs.push_back(first.inputs()[0]);
  inputs.push_back(second.inputs()[0]);
  targets.push_back(first.targets()[0]);
  return Dataset(std::move(inputs), std::move(targets));
}

FitOptions options() { return {.loss = SoftmaxCrossEntropy(), .optimizer = Adam({.lr = 0.01}), .epochs = 3, .batch = 16}; }

}  // namespace

// x = (1, -1), W = (1 2; 3 4): h = W x = (-1, -1), y = W h = (-3, -7). With 2 (y - t) = (2, 4):
// dW = dy h^T + (W^T dy) x^T = (-2 -2; -4 -4) + (14 -14; 20 -20), dx = W^T W^T dy.
TEST_CASE("shared parameters: a matrix that is applied twice has the gradient that algebra gives it") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    for (const bool literal : {false, true}) {
      Graph graph;
      const Node h = graph.add(Dense(2, {.bias = false}), {graph.input({2})}), y = graph.add(Dense(2, {.bias = false}), {h});
      graph.share_parameters(y, h);
      graph.output(y);
      Model model(graph, {.dtype = dtype, .max_batch = 1, .fuse = !literal, .reuse_memory = !literal});
      copy(tensor({1, 2, 3, 4}, Shape{2, 2}, dtype), model.parameter("0.weight"));
      model.plan_training(MeanSquaredError({.reduction = Reduction::sum}), {Shape{2}}, {.input_gradients = true});
      const Tensor x = tensor({1, -1}, Shape{1, 2}, dtype), t = tensor({-4, -9}, Shape{1, 2}, dtype);
      const ConstTensorView inputs[] = {x}, targets[] = {t};
      model.backward({inputs, targets, {}});
      CHECK(numbers(model.outputs()[0]) == std::vector<double>{-3, -7});
      CHECK(numbers(model.gradient("0.weight")) == std::vector<double>{12, -16, 16, -24});
      CHECK(numbers(model.input_gradient(0)) == std::vector<double>{74, 108});
    }
  }
}

// Where a sum of two towers is linear, it is one tower of the sum: W x1 + b + W x2 + b. Small whole numbers, so that nothing is rounded.
TEST_CASE("shared parameters: two towers learn what one learns from both") {
  Graph two, one;
  const Node x1 = two.input({3}), x2 = two.input({3});
  const Node a = two.add(Dense(4), {x1}), b = two.add(Dense(4), {x2});
  two.share_parameters(b, a);
  two.output(two.add(Add(), {a, b}));
  one.output(one.add(Dense(4), {one.input({3})}));
  Model towers(two, {.max_batch = 8}), single(one, {.max_batch = 16});
  const auto small = [](std::int64_t rows, std::int64_t columns, std::uint64_t seed) {
    std::vector<double> values = many(rows * columns, seed);
    for (double& value : values) value = std::round(4 * value);
    return tensor(values, Shape{rows, columns}, DType::f32);
  };
  const Tensor u = small(8, 3, 1), v = small(8, 3, 2), w = small(4, 3, 3), dy = small(8, 4, 4);
  fill(towers.parameter("0.bias"), 1);
  fill(single.parameter("0.bias"), 1);
  copy(w, towers.parameter("0.weight"));
  copy(w, single.parameter("0.weight"));
  // A loss whose gradient is dy: the squares of y - (y - dy / 2).
  const auto gradients = [](Model& model, const std::vector<ConstTensorView>& inputs, const std::vector<double>& wanted) {
    model.plan_training(MeanSquaredError({.reduction = Reduction::sum}), {Shape{4}});
    const std::int64_t batch = inputs[0].shape()[0];
    std::vector<double> targets = numbers(model.forward(inputs)[0]);
    for (std::size_t i = 0; i < targets.size(); ++i) targets[i] -= wanted[i] / 2;
    const Tensor target = tensor(targets, Shape{batch, 4}, DType::f32);
    const ConstTensorView views[] = {target};
    model.backward({inputs, views, {}});
    return std::pair{numbers(model.gradient("0.weight")), numbers(model.gradient("0.bias"))};
  };
  std::vector<double> stacked = numbers(u), twice = numbers(dy);
  const std::vector<double> more = numbers(v), again = twice;
  stacked.insert(stacked.end(), more.begin(), more.end());
  twice.insert(twice.end(), again.begin(), again.end());
  const auto shared = gradients(towers, {u, v}, again), together = gradients(single, {tensor(stacked, Shape{16, 3}, DType::f32)}, twice);
  CHECK(shared.first == together.first);
  CHECK(shared.second == together.second);
}

TEST_CASE("shared parameters: an embeddings table is the outputs weight beside a bias of its own") {
  Graph graph;
  const Node words = graph.input({1}, Storage::i32);
  const Node table = graph.add(Embedding(3, 2), {words}, "table"), out = graph.add(Dense(3), {graph.add(Flatten(), {table})}, "out");
  graph.share_parameters(out, table, "weight");
  graph.output(out);
  std::ostringstream text;
  text << graph;
  CHECK(text.str().find("3 parameters, shares table.weight\n9 parameters\n") != std::string::npos);
  Model model(graph, {.dtype = DType::f64, .max_batch = 1});
  CHECK(model.parameters().size() == 2);
  copy(tensor({1, 2, 3, 4, 5, 6}, Shape{3, 2}, DType::f64), model.parameter("table.weight"));
  fill(model.parameter("out.bias"), 0);
  model.plan_training(MeanSquaredError({.reduction = Reduction::sum}), {Shape{3}});
  const Tensor word = tensor({1}, Shape{1, 1}, DType::i32), t = tensor({10, 25, 39}, Shape{1, 3}, DType::f64);
  const ConstTensorView inputs[] = {word}, targets[] = {t};
  model.backward({inputs, targets, {}});
  // y = W (3, 4) = (11, 25, 39), dy = (2, 0, 0): dy (3, 4) for the output's rows, W^T dy = (2, 4) for the row of the word.
  CHECK(numbers(model.gradient("table.weight")) == std::vector<double>{6, 8, 2, 4, 0, 0});
  CHECK(numbers(model.gradient("out.bias")) == std::vector<double>{2, 0, 0});
  Graph other;
  const Node small = other.add(Embedding(3, 2), {other.input({1}, Storage::i32)}, "table");
  const Node wide = other.add(Dense(4), {other.add(Flatten(), {small})}, "out");
  CHECK_THROWS_WITH_AS(
      other.share_parameters(wide, small, "weight"),
      "share_parameters: out dense(4) with table embedding(3, 2): 'weight' is [4, 2] in the first and [3, 2] in the second, "
      "expected equal shapes. Make the layers of one size.",
      ShapeError);
}

TEST_CASE("shared parameters: running statistics stay each nodes own") {
  Graph graph;
  const Node a = graph.add(BatchNorm(), {graph.input({1})}, "a"), b = graph.add(BatchNorm(), {graph.input({1})}, "b");
  graph.share_parameters(b, a);
  graph.output(graph.add(Add(), {a, b}));
  Model model(graph, {.dtype = DType::f64, .max_batch = 2});
  model.plan_training(MeanSquaredError(), {Shape{1}});
  const Tensor x = tensor({1, 3}, Shape{2, 1}, DType::f64), y = tensor({10, 30}, Shape{2, 1}, DType::f64);
  const ConstTensorView inputs[] = {x, y}, targets[] = {x};
  model.backward({inputs, targets, {}});
  model.commit();
  CHECK(numbers(model.state("a.running_mean"))[0] == doctest::Approx(0.1 * 2));  // with a momentum of 0.1
  CHECK(numbers(model.state("b.running_mean"))[0] == doctest::Approx(0.1 * 20));
  CHECK(model.parameters().size() == 2);
}

TEST_CASE("shared parameters: byte-identical weights for 1 to 4 threads and fused or literal") {
  const Dataset data = pairs(200);
  const int before = num_threads();
  for (const DType dtype : {DType::f32, DType::f64}) {
    const auto trained = [&](int threads, bool fuse, bool reuse) {
      set_num_threads(threads);
      Model model(siamese(), {.dtype = dtype, .fuse = fuse, .reuse_memory = reuse});
      fit(model, data, options());
      return Snapshot(model);
    };
    const Snapshot first = trained(1, true, true);
    for (const int threads : {2, 3, 4}) CHECK(trained(threads, true, true) == first);
    CHECK(trained(2, false, true) == first);
    CHECK(trained(1, false, false) == first);
  }
  set_num_threads(before);
}

TEST_CASE("shared parameters: what only one node has is as without sharing and all are bounded from above") {
  Model shared(siamese()), apart(siamese(false));
  CHECK(shared.parameters().size() == 5);
  for (const ArenaEntry& entry : apart.parameters()) {
    const char* from = entry.name == "b.weight" || entry.name == "c.weight" ? "a.weight"
                       : entry.name == "b.bias"                             ? "a.bias"
                                                                            : entry.name.c_str();
    copy(shared.parameter(from), apart.parameter(entry.name));
  }
  const Dataset data = pairs(20);
  const ConstTensorView inputs[] = {data.inputs()[0].values, data.inputs()[1].values}, targets[] = {data.targets()[0].values};
  for (Model* model : {&shared, &apart}) {
    model->plan_training(SoftmaxCrossEntropy(), {Shape{}});
    model->backward({inputs, targets, {}});
  }
  const auto sum = [&](const std::vector<const char*>& names) {
    std::vector<float> total;
    for (const char* name : names) {
      const auto values = apart.gradient(name).values<float>();
      if (total.empty()) total.resize(values.size());
      for (std::size_t i = 0; i < values.size(); ++i) total[i] += values[i];
    }
    return std::vector<double>(total.begin(), total.end());
  };
  CHECK(numbers(shared.gradient("a.weight")) == sum({"a.weight", "b.weight", "c.weight"}));
  CHECK(numbers(shared.gradient("a.bias")) == sum({"a.bias", "b.bias"}));
  for (const char* name : {"c.bias", "head.weight", "head.bias"}) CHECK(numbers(shared.gradient(name)) == sum({name}));
  REQUIRE(ModelAccess::gradients(shared).size() == 5);
  for (const BoundedGradient& gradient : ModelAccess::gradients(shared)) {
    for (const float value : shared.gradient_arena().rows(gradient.offset, gradient.count).values<float>())
      CHECK(std::abs(value) <= *gradient.bound);
  }
  CHECK(std::isinf(*ModelAccess::gradients(shared)[0].bound));
  CHECK(std::isfinite(*ModelAccess::gradients(apart)[0].bound));
}

// One tower's gradient alone is beyond the numbers, in the second use: 3e38 twice.
TEST_CASE("shared parameters: a sum that is not finite ends the step under the first nodes name") {
  Graph graph;
  const Dense one(1, {.bias = false, .weight = Initializer::zeros()});
  const Node a = graph.add(one, {graph.input({1})}, "a"), b = graph.add(one, {graph.input({1})}, "b");
  graph.share_parameters(b, a);
  graph.output(graph.add(Add(), {a, b}));
  Model model(graph, {.max_batch = 1});
  std::vector<Field> inputs, targets;
  for (int i = 0; i < 2; ++i) inputs.push_back({tensor({2e38}, Shape{1, 1}, DType::f32)});
  targets.push_back({tensor({0.5}, Shape{1, 1}, DType::f32)});
  const Dataset data(std::move(inputs), std::move(targets));  // each gradient is -2e38, their sum is not finite
  const FitOptions step{.loss = MeanSquaredError(), .optimizer = SGD({.lr = 1e-3}), .batch = 1};
  CHECK_THROWS_WITH_AS(
      fit(model, data, step),
      "fit: step 1: the gradient of a.weight is -inf at [0, 0], expected finite numbers. The Model is as it was before this "
      "step. Lower the learning rate or look at the data.",
      NumericError);
  CHECK(numbers(model.parameter("a.weight"))[0] == 0);
}
