#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/core/model.hpp>

#include "core/model/model_access.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/layer_runner.hpp"
#include "tests/support/passing_layer.hpp"
#include "tests/support/scale_layer.hpp"

using namespace weir;
using namespace weir::test;

namespace {

void backward(Model& model, const std::vector<ConstTensorView>& inputs, const Tensor& target) {
  const ConstTensorView targets[] = {target};
  model.backward({inputs, targets, {}});
}

// y = x, with two states: the number of training batches, and constant means of some data, passed to the constructor.
class Means : public PassingLayer {
 public:
  explicit Means(Tensor means) : PassingLayer("means"), means_(std::make_shared<Tensor>(std::move(means))) {}
  LayerPlan infer(std::span<const Shape> inputs) const override {
    LayerPlan plan = PassingLayer::infer(inputs);
    plan.state.push_back({.name = "mean", .shape = Shape{3}, .initial_values = means_, .constant = true});
    plan.state.push_back({.name = "count", .shape = Shape{}, .initial = 0.5});
    return plan;
  }
  void forward(const Context& context, const LayerArgs& args) const override {
    PassingLayer::forward(context, args);
    if (!context.training) return;
    CHECK(args.state_next[0].empty());
    fill(args.state_next[1], numbers(args.state[1])[0] + 1);
  }

 private:
  std::shared_ptr<const Tensor> means_;
};

// A loss that is always 0.
class Nothing : public Loss {
 public:
  std::string type() const override { return "nothing"; }
  Config config() const override { return {}; }
  LayerPlan infer(std::span<const Shape>) const override { return {}; }
  void forward(const Context&, const LayerArgs& args) const override { fill(args.y, 0); }
  void backward(const Context&, const LayerArgs& args) const override { fill(args.dx[0], 0); }
};

}  // namespace

TEST_CASE("parameters: a layer twice in a chain learns from both of its places") {
  for (const bool reuse : {true, false}) {
    Graph graph;
    const auto h = graph.add(Scale(2), {graph.input({1})});
    const auto y = graph.add(Scale(2), {h});
    graph.share_parameters(y, h);
    graph.output(y);
    Model model(graph, {.dtype = DType::f64, .max_batch = 2, .reuse_memory = reuse});
    REQUIRE(model.parameters().size() == 1);
    CHECK(model.parameters()[0].name == "0.w");
    CHECK(model.parameter("1.w").raw() == model.parameter("0.w").raw());
    CHECK_THROWS_AS(model.parameter("2.w"), ConfigError);
    fill(model.parameter("0.w"), 3);
    model.plan_training(Weighted(), {Shape{1}}, {.input_gradients = true});
    backward(model, {Tensor::from<double>({5, 1}, Shape{2, 1})}, Tensor::from<double>({1, 2}, Shape{2, 1}));
    CHECK(model.loss() == (36 * 5 + 36 * 2) / 2);                       // y = 4 w^2 x
    CHECK(numbers(model.gradient("0.w"))[0] == (24 * 5 + 24 * 2) / 2);  // 8 w x t
    CHECK(numbers(model.input_gradient(0)) == std::vector<double>{18, 36});
  }
}

TEST_CASE("parameters: gradients of a shared block add up in the order of its nodes") {
  Graph graph;
  const auto a = graph.add(Scale(1), {graph.input({1})}), b = graph.add(Scale(1), {graph.input({1})}),
             c = graph.add(Scale(1), {graph.input({1})});
  graph.share_parameters(b, a);
  graph.share_parameters(c, a);
  graph.output(graph.add(Sum(), {c, b, a}));
  Model model(graph, {.dtype = DType::f64, .max_batch = 1});
  model.plan_training(Weighted(), {Shape{1}});
  const Tensor large = Tensor::from<double>({1e16}, Shape{1, 1}), less = Tensor::from<double>({-1e16}, Shape{1, 1}),
               one = Tensor::from<double>({1}, Shape{1, 1});
  backward(model, {large, less, one}, one);
  CHECK(numbers(model.gradient("0.w"))[0] == 1);  // (1e16 - 1e16) + 1; in the other order it would be 0
  backward(model, {one, less, large}, one);
  CHECK(numbers(model.gradient("0.w"))[0] == 0);
}

TEST_CASE("parameters: state begins with the values of a tensor and training commits only what changes") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    Graph graph;
    const auto first = graph.add(Means(Tensor::from<float>({1, 2.5F, -3}, Shape{3})), {graph.input({2})});
    graph.output(graph.add(Means(Tensor::from<double>({7, 8, 9}, Shape{3})), {first}));
    Model model(graph, {.dtype = dtype, .max_batch = 1});
    const auto all = [&] {
      return std::vector{numbers(model.state("0.mean")), numbers(model.state("0.count")), numbers(model.state("1.mean")),
                         numbers(model.state("1.count"))};
    };
    CHECK(all() == std::vector<std::vector<double>>{{1, 2.5, -3}, {0.5}, {7, 8, 9}, {0.5}});
    const std::int64_t before = model.memory().state;
    CHECK(before == 4 * 64);
    fill(model.state("1.mean"), 4);  // as a file would
    model.plan_training(Nothing(), {Shape{2}});
    CHECK(model.memory().state == before + 2 * 64);
    fill(model.state("0.mean"), 6);
    const Tensor x = Tensor(Shape{1, 2}, dtype);
    backward(model, {x}, x);
    CHECK(all() == std::vector<std::vector<double>>{{6, 6, 6}, {0.5}, {4, 4, 4}, {0.5}});
    model.commit();
    CHECK(all() == std::vector<std::vector<double>>{{6, 6, 6}, {1.5}, {4, 4, 4}, {1.5}});
    CHECK(ModelAccess::changing_state(model).elements() * static_cast<std::int64_t>(size_of(dtype)) == 2 * 64);
  }
}

TEST_CASE("parameters: initial values of another shape or type or place are refused") {
  Graph graph;
  const auto x = graph.input({2});
  CHECK_THROWS_WITH_AS(
      graph.add(Means(Tensor(Shape{4})), {x}),
      "means after input [2]: its plan gives 'mean' the initial values of [4], f32 on cpu, expected [3], f32 or f64 on cpu.", ConfigError);
  CHECK_THROWS_AS(graph.add(Means(Tensor(Shape{3}, DType::i32)), {x}), ConfigError);
}

TEST_CASE("parameters: a shared one is found by each of its names") {
  Graph graph;
  const Node first = graph.add(Scale(1), {graph.input({2})}, "first"), second = graph.add(Scale(1), {first}, "second");
  graph.share_parameters(second, first);
  graph.output(second);
  Model model(std::move(graph), {.dtype = DType::f64});
  const std::string name = model.parameters().at(0).name, parameter = name.substr(name.find('.'));
  CHECK(model.parameters().size() == 1);
  CHECK(model.parameters()[0].aliases == std::vector<std::string>{"second" + parameter});
  CHECK(model.parameter("second" + parameter).raw() == model.parameter("first" + parameter).raw());
  CHECK_THROWS_WITH_AS(model.parameter("third"), ("model: has no parameter 'third', expected one of: first" + parameter + ".").c_str(),
                       ConfigError);
}

TEST_CASE("parameters: an initial value that f32 cannot hold is refused and f64 takes it") {
  struct Large : PassingLayer {
    explicit Large(double initial_) : PassingLayer("large"), initial(initial_) {}
    LayerPlan infer(std::span<const Shape> inputs) const override {
      LayerPlan plan = PassingLayer::infer(inputs);
      plan.state.push_back({.name = "count", .shape = Shape{}, .initial = initial});
      return plan;
    }
    double initial;
  };
  const std::string wrong =
      "model: '0.count' begins with -1e+39, which f32 cannot hold. Give it a smaller value, or make the Model with "
      "dtype f64.";
  const Graph graph = sequential({3}, Large(-1e39));
  CHECK_THROWS_WITH_AS(Model{graph}, wrong.c_str(), ConfigError);
  const Model wide(graph, {.dtype = DType::f64});
  CHECK(numbers(wide.state("0.count"))[0] == -1e39);
  const Model infinite(sequential({3}, Large(std::numeric_limits<double>::infinity())));  // as the first value of a minimum
  CHECK(std::isinf(numbers(infinite.state("0.count"))[0]));
  const Graph means = sequential({3}, Means(Tensor::from<double>({1, 1e39, 2}, Shape{3})));
  CHECK_THROWS_WITH_AS(Model{means},
                       "model: '0.mean' begins with 1e+39, which f32 cannot hold. Give it a smaller value, or make the Model "
                       "with dtype f64.",
                       ConfigError);
  const Model wide_means(means, {.dtype = DType::f64});
  CHECK(numbers(wide_means.state("0.mean"))[1] == 1e39);
}

TEST_CASE("parameters: a view that is not aligned for its dtype is refused by forward and backward and a clone is taken") {
  alignas(8) const std::array<unsigned char, 20> bytes{};
  const ConstTensorView askew(bytes.data() + 1, Shape{2, 2}, DType::f32);
  const Tensor good(Shape{2, 2}), weight(Shape{2});
  Model model(sequential({2}, PassingLayer("pass")));
  CHECK_THROWS_WITH_AS(model.forward(askew), "input: its memory is not aligned for f32. Copy it with weir::clone.", ConfigError);
  CHECK(numbers(model.forward(clone(askew))) == std::vector<double>(4));
  model.plan_training(Nothing(), {{2}});
  const ConstTensorView right[] = {good}, wrong[] = {askew}, weights[] = {ConstTensorView(bytes.data() + 1, Shape{2}, DType::f32)};
  CHECK_THROWS_WITH_AS(model.backward({wrong, right, {}}), "input: its memory is not aligned for f32. Copy it with weir::clone.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(model.backward({right, wrong, {}}), "target 0: its memory is not aligned for f32. Copy it with weir::clone.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(model.backward({right, right, weights}),
                       "sample weights: its memory is not aligned for f32. Copy it with weir::clone.", ConfigError);
}
