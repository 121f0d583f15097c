#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include <weir/activations/activation.hpp>
#include <weir/activations/functions.hpp>
#include <weir/core/error.hpp>
#include <weir/core/graph.hpp>
#include <weir/core/tensor.hpp>

#include "tests/activations/arrays.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/layer_runner.hpp"

using namespace weir;
using weir::test::bits;
using weir::test::LayerRunner;

TEST_CASE("activation layer: carries its function") {
  for (const ActivationFunction& f : all_activations()) {
    const Activation layer(f);
    CAPTURE(layer.describe());
    CHECK(layer.type() == "activation");
    CHECK(layer.config() == config(f));
    CHECK(layer.describe() == describe(f));
    CHECK(layer.function().index() == f.index());
    CHECK(layer.runs_on(Device::cpu()));
    CHECK(layer.runs_on(Device::cuda()));
    CHECK(Activation(function_from_config(layer.config())).config() == layer.config());
  }
}

TEST_CASE("activation layer: keeps the shape and says what its backward needs") {
  for (const ActivationFunction& f : all_activations()) {
    CAPTURE(name(f));
    const LayerPlan plan = Activation(f).infer(std::vector{Shape{28, 28}});
    CHECK(plan.output == Shape{28, 28});
    CHECK(plan.backward_needs == needs(f));
    CHECK(plan.in_place == (needs(f) != Needs::x));
    CHECK(plan.parameters.empty());
    CHECK(plan.saved.empty());
    CHECK(plan.scratch.empty());
  }
  CHECK(Activation(Tanh()).infer(std::vector{Shape{}}).output == Shape{});
}

TEST_CASE("activation layer: takes one input") {
  CHECK_THROWS_WITH_AS(Activation(ReLU()).infer(std::vector{Shape{3}, Shape{3}}),
                       "got 2 inputs, expected 1. Give each input an activation of its own.", ShapeError);
  CHECK_THROWS_WITH_AS(Activation(ReLU()).infer(std::vector<Shape>{}),
                       "got 0 inputs, expected 1. Give each input an activation of its own.", ShapeError);
}

TEST_CASE("activation layer: refuses a parameter that is not finite") {
  CHECK_THROWS_WITH_AS(Activation(LeakyReLU{.negative_slope = std::numeric_limits<double>::infinity()}),
                       "leaky_relu: negative_slope is inf, expected a number that is finite in float. Give another one.", ConfigError);
}

TEST_CASE("activation layer: computes what the array functions compute") {
  for (const ActivationFunction& f : all_activations()) {
    for (const DType dtype : {DType::f32, DType::f64}) {
      CAPTURE(name(f));
      const Activation layer(f);
      LayerRunner runner(layer, {Shape{4, 9}}, {.batch = 5, .dtype = dtype});
      runner.randomize();
      runner.forward();
      runner.backward();
      Tensor y(Shape{5, 4, 9}, dtype), dx(Shape{5, 4, 9}, dtype);
      activate(f, runner.x(), y);
      activate_backward(f, needs(f) == Needs::x ? runner.x() : y.view(), runner.dy(), dx);
      CHECK(bits(runner.y()) == bits(y));
      CHECK(bits(runner.dx()) == bits(dx));
    }
  }
}

TEST_CASE("activation layer: a gradient that nobody wants is not computed") {
  for (const ActivationFunction& f : all_activations()) {
    const Activation layer(f);
    LayerRunner runner(layer, {Shape{3}});
    runner.randomize();
    runner.skip_dx();
    runner.forward();
    CHECK_NOTHROW(runner.backward());
  }
}

TEST_CASE("activation layer: works in place where its plan says so") {
  for (const ActivationFunction& f : all_activations()) {
    CAPTURE(name(f));
    const Activation layer(f);
    if (!layer.infer(std::vector{Shape{6}}).in_place) continue;
    LayerRunner apart(layer, {Shape{6}}, {.batch = 3});
    apart.randomize();
    apart.forward();
    apart.backward();
    LayerRunner shared(layer, {Shape{6}}, {.batch = 3});
    shared.randomize();
    LayerArgs& args = shared.bind();
    args.y = shared.x();
    layer.forward(shared.context(), args);
    layer.backward(shared.context(), args);
    CHECK(bits(args.y) == bits(apart.y()));
    CHECK(bits(shared.dx()) == bits(apart.dx()));
  }
}

TEST_CASE("activation layer: a functor or the whole list stands for it in a graph") {
  const Graph graph = sequential({4}, ReLU(), LeakyReLU{.negative_slope = 0.2}, activation_by_name("tanh"), Activation(Sigmoid()));
  REQUIRE(graph.entries().size() == 5);
  const char* expected[] = {"relu", "leaky_relu(0.2)", "tanh", "sigmoid"};
  for (std::size_t i = 0; i < 4; ++i) CHECK(graph.entries()[i + 1].layer->describe() == expected[i]);
}
