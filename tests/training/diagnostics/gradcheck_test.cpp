// Every layer, activation and loss of weir, alone and in graphs, against finite differences.

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>
#include <weir/activations/activation.hpp>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/core/model.hpp>
#include <weir/core/registry.hpp>
#include <weir/layers/add.hpp>
#include <weir/layers/batch_norm.hpp>
#include <weir/layers/concat.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/dropout.hpp>
#include <weir/layers/flatten.hpp>
#include <weir/layers/lambda.hpp>
#include <weir/layers/layer_norm.hpp>
#include <weir/layers/log_softmax.hpp>
#include <weir/layers/mean_squared_error.hpp>
#include <weir/layers/multiply.hpp>
#include <weir/layers/prelu.hpp>
#include <weir/layers/reshape.hpp>
#include <weir/layers/residual.hpp>
#include <weir/layers/rms_norm.hpp>
#include <weir/layers/softmax.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>
#include <weir/training/gradcheck.hpp>

#include "tests/training/all_layers.hpp"

using namespace weir;
using weir::test::all_layers;
using weir::test::LayerCase;

namespace {

void check(const GradcheckReport& report) {
  CAPTURE(report);
  CHECK(report.passed);
  CHECK(report.checked > 0);
  CHECK(report.skipped == 0);
}

// Two Dense layers, each with an activation that fuses; the losses follow.
Graph network(const ActivationFunction& function, std::int64_t outputs) {
  return sequential({4}, Dense(5), function, Dense(5), function, Dense(outputs));
}

}  // namespace

TEST_CASE("gradcheck: every layer and activation and loss alone" * doctest::timeout(300)) {
  for (const LayerCase& c : all_layers()) {
    const std::string what = c.layer->describe() + " on " + to_string(c.inputs[0]);
    CAPTURE(what);
    check(gradcheck(c.layer, c.inputs, c.options));
  }
}

TEST_CASE("gradcheck: activations with other parameters and on both sides of their kinks") {
  const GradcheckOptions wide{.low = -8, .high = 8};
  check(gradcheck(ELU{0.3}, {{9}}, wide));
  check(gradcheck(ELU{-0.5}, {{9}}, wide));
  check(gradcheck(CELU{0.3}, {{9}}, wide));
  check(gradcheck(HardTanh{-2, 0.5}, {{9}}));
  check(gradcheck(Softplus{2, 3}, {{9}}, {.low = -1.4, .high = 1.4}));
  check(gradcheck(Threshold{0.5, 20}, {{9}}));
  check(gradcheck(ReLU6(), {{9}}, wide));
  check(gradcheck(HardSigmoid(), {{9}}, wide));
}

TEST_CASE("gradcheck: a pair of functions and a residual") {
  check(gradcheck(sequential({4}, Residual(Dense(4), Tanh(), LayerNorm()), Dense(4), Residual(SiLU()))));
  check(gradcheck(Lambda([](const Context& c, const ConstTensorView& x, const TensorView& y) { copy(c, x, y); },
                         [](const Context& c, const ConstTensorView&, const ConstTensorView&, const ConstTensorView& dy,
                            const TensorView& dx) { copy(c, dy, dx); }),
                  {{3}}));
}

TEST_CASE("gradcheck: no built-in type is left out") {
  std::string known;
  std::set<std::string> types;
  for (const LayerCase& c : all_layers()) types.insert(c.layer->type());
  for (const std::string& type : types) known += (known.empty() ? "" : ", ") + type;
  CHECK_THROWS_WITH_AS(make_registered_layer("?", {}),
                       ("layer type '?': unknown, expected one of: " + known + ". Call weir::register_layer first.").c_str(), ConfigError);
}

TEST_CASE("gradcheck: an input of exactly zero is on the corner of the ReLU family") {
  CHECK(gradcheck(ReLU(), {{5}}).corners > 0);
  CHECK(gradcheck(LeakyReLU(), {{5}}).corners > 0);
  CHECK(gradcheck(Tanh(), {{5}}).corners == 0);
  CHECK(gradcheck(ReLU(), {{5}}, {.zeros = false}).corners == 0);
}

TEST_CASE("gradcheck: losses as layers also have the gradient of their targets") {
  for (const auto& loss : {make_layer(SoftmaxCrossEntropy()), make_layer(MeanSquaredError())}) {
    Graph graph;
    const Node output = graph.input({4}, Storage::compute, "output");
    graph.output(graph.add(loss, {output, graph.input({4}, Storage::compute, "target")}));
    check(gradcheck(graph));
  }
}

TEST_CASE("gradcheck: networks of every activation with every loss") {
  for (const ActivationFunction& function : all_activations()) {
    const std::string what = describe(function);
    CAPTURE(what);
    check(gradcheck(network(function, 3)));
    check(gradcheck(network(function, 3), {.loss = SoftmaxCrossEntropy(), .targets = {{}}}));
    check(gradcheck(network(function, 3), {.loss = SoftmaxCrossEntropy(), .seed = 1}));
    check(gradcheck(network(function, 3), {.loss = MeanSquaredError(), .seed = 2}));
  }
}

TEST_CASE("gradcheck: both differences reach their bounds with room on a tanh network") {
  const GradcheckReport report = gradcheck(sequential({8}, Dense(8), Tanh(), Dense(8), Tanh(), Dense(8)));
  MESSAGE(report);
  check(report);
  CHECK(report.worst_eight_points.bound == 1e-10);
  CHECK(report.worst_two_points.bound == 1e-7);
  CHECK(report.eight_points == report.checked);
}

TEST_CASE("gradcheck: branches and an input used twice and a layer object added twice") {
  const auto shared = make_layer(Dense(4));
  Graph graph;
  const Node x = graph.input({4}, Storage::compute, "x");
  const Node first = graph.add(shared, {x}, "first");
  const Node second = graph.add(shared, {graph.add(Tanh(), {first})}, "second");
  const Node sum = graph.add(Add(), {first, second, x, x}, "sum");
  graph.output(graph.add(Dense(2), {graph.add(Concat(), {sum, graph.add(Sigmoid(), {sum}), x, sum})}));
  check(gradcheck(graph));
  check(gradcheck(graph, {.loss = MeanSquaredError(), .batch = 1}));
}

TEST_CASE("gradcheck: parameters that three nodes share") {
  Graph graph;
  const Node x = graph.input({4}, Storage::compute, "x");
  const Node first = graph.add(Dense(4), {x}, "first"), second = graph.add(Dense(4), {graph.add(Tanh(), {first})}, "second");
  const Node third = graph.add(Dense(4), {graph.add(Add(), {second, x})}, "third");
  graph.share_parameters(second, first);
  graph.share_parameters(third, first, "weight");
  graph.output(graph.add(GELU(), {third}));
  const Model model(graph);
  CHECK(model.parameters().size() == 3);
  check(gradcheck(graph));
  check(gradcheck(graph, {.loss = MeanSquaredError(), .batch = 1}));
}

TEST_CASE("gradcheck: outputs that others read and one loss for each") {
  Graph graph;
  const Node a = graph.input({3}, Storage::compute, "a");
  const Node b = graph.input({2, 2}, Storage::compute, "b");
  const Node trunk = graph.add(ReLU(), {graph.add(Dense(5), {graph.add(Concat(), {a, graph.add(Flatten(), {b})})})}, "trunk");
  const Node head = graph.add(Dense(3), {trunk}, "head");
  const Node tail = graph.add(Tanh(), {head}, "tail");
  for (const Node node : {head, tail, trunk}) graph.output(node);
  check(gradcheck(graph));
  check(gradcheck(graph,
                  {.loss = {{SoftmaxCrossEntropy(), 0.7}, {MeanSquaredError(), 2}, {MeanSquaredError(), 0.1}}, .targets = {{}, {3}, {5}}}));
  check(gradcheck(
      graph,
      {.loss = {{SoftmaxCrossEntropy(), 1}, {SoftmaxCrossEntropy(), 1}, {MeanSquaredError(), 0}}, .sample_weights = true, .seed = 3}));
}
