#include <weir/formats/json.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <sstream>
#include <weir/activations/activation.hpp>
#include <weir/core/error.hpp>
#include <weir/layers/add.hpp>
#include <weir/layers/concat.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/flatten.hpp>

#include "tests/formats/container.hpp"
#include "tests/formats/keeper_layer.hpp"

using namespace weir;
using namespace weir::test;

namespace {

Graph there_and_back(const Graph& graph) { return graph_from_json(to_json(graph)); }

void check_equal(const Graph& a, const Graph& b) {
  REQUIRE(a.entries().size() == b.entries().size());
  for (std::size_t i = 0; i < a.entries().size(); ++i) {
    const Graph::Entry &x = a.entries()[i], &y = b.entries()[i];
    CHECK(x.name == y.name);
    CHECK(x.inputs == y.inputs);
    CHECK(x.storage == y.storage);
    CHECK(x.plan.output == y.plan.output);
    REQUIRE((x.layer == nullptr) == (y.layer == nullptr));
    if (!x.layer) continue;
    CHECK(x.layer->type() == y.layer->type());
    CHECK(x.layer->config() == y.layer->config());
    CHECK(x.layer->describe() == y.layer->describe());
  }
  CHECK(a.inputs() == b.inputs());
  CHECK(a.outputs() == b.outputs());
}

template <class E>
std::string refusal(const std::string& text) {
  return message_of<E>([&] { graph_from_json(text); });
}

// A graph of one input [3] and these nodes behind it.
std::string with_nodes(const std::string& nodes, const std::string& outputs = R"(["0"])") {
  return R"({"nodes":[{"name":"in","shape":[3],"storage":"compute"},)" + nodes + R"(],"outputs":)" + outputs + "}";
}

std::string dense(const std::string& inputs = R"(["in"])", const std::string& config = R"({"out":2,"bias":true})") {
  return R"({"name":"0","type":"dense","config":)" + config + R"(,"inputs":)" + inputs + "}";
}

}  // namespace

TEST_CASE("graph json: a chain is written as the format says") {
  CHECK(to_json(sequential({3}, Dense(2), ReLU())) ==
        R"({"nodes":[{"name":"input","shape":[3],"storage":"compute"},)"
        R"({"name":"0","type":"dense","config":{"out":2,"bias":true},"inputs":["input"]},)"
        R"({"name":"1","type":"activation","config":{"function":"relu"},"inputs":["0"]}],"outputs":["1"]})");
}

TEST_CASE("graph json: shared parameters are written by name and come back") {
  Graph graph;
  const Node x = graph.input({2});
  const Node a = graph.add(Dense(2), {x}), b = graph.add(Dense(2), {a}), c = graph.add(Dense(2), {b});
  graph.share_parameters(b, a);
  graph.share_parameters(c, b, "weight");
  graph.output(c);
  const std::string config = R"("type":"dense","config":{"out":2,"bias":true},"inputs":)", text = to_json(graph);
  CHECK(text == R"({"nodes":[{"name":"input","shape":[2],"storage":"compute"},{"name":"0",)" + config + R"(["input"]},{"name":"1",)" +
                    config + R"(["0"],"shares":{"weight":"0","bias":"0"}},{"name":"2",)" + config +
                    R"(["1"],"shares":{"weight":"0"}}],"outputs":["2"]})");
  const Graph again = there_and_back(graph);
  for (std::size_t i = 0; i < 4; ++i) CHECK(again.entries()[i].blocks == graph.entries()[i].blocks);

  const auto sharing = [&](const std::string& shares) {
    return refusal<FormatError>(
        with_nodes(R"({"name":"0",)" + config + R"(["in"]},{"name":"1",)" + config + R"(["0"],"shares":)" + shares + "}"));
  };
  CHECK(sharing("[]") == "node '1': its 'shares' is no object.");
  CHECK(sharing(R"({"weight":0})") == "node '1': its 'shares' has a value of the wrong type.");
  CHECK(sharing(R"({"":"0"})") == "node '1': its 'shares' has a parameter without a name.");
  CHECK(sharing(R"({"weight":"1"})") == "node '1': its 'shares' names the node '1', which is not there before it.");
  CHECK(sharing(R"({"weight":"0"})") ==
        "node '1': share_parameters: 1 dense(2) with 0 dense(2): 'weight' is [2, 2] in the first and [2, 3] in the second, expected equal "
        "shapes. Make the layers of one size.");
}

TEST_CASE("graph json: every kind of layer comes back") {
  Graph graph;
  const Node image = graph.input({4, 3});
  Node node = graph.add(Flatten(), {image}, "flat");
  const Node plain = graph.add(Dense(5), {node});
  const Node odd = graph.add(Dense(5, {.bias = false, .weight = Initializer::normal(0.1, 1.0 / 3)}), {node}, "odd.one");
  const Node third = graph.add(Dense(5, {.bias_initializer = Initializer::constant(std::sqrt(2))}), {node});
  node = graph.add(Add(), {plain, odd, plain});
  node = graph.add(Concat(), {third, node, third});
  for (const ActivationFunction& f : all_activations()) node = graph.add(Activation(f), {node});
  node = graph.add(LeakyReLU{0.3}, {node});
  graph.output(node);
  graph.output(odd);
  check_equal(graph, there_and_back(graph));
}

TEST_CASE("graph json: several inputs and outputs keep their names and order and storage") {
  Keeper::make_known();
  Graph graph;
  const Node number = graph.input({}, Storage::compute, "number");
  const Node bytes = graph.input({2, 2}, Storage::u8);
  const Node words = graph.input({7}, Storage::i32, "words!");
  const Node first = graph.add(Keeper(Config().set("rates", std::vector<double>{0.1, HUGE_VAL})), {number, bytes, words});
  const Node second = graph.add(Keeper(Config()), {first}, "b");
  graph.output(second);
  graph.output(first);
  check_equal(graph, there_and_back(graph));
  const Graph again = there_and_back(graph);
  CHECK(again.outputs() == std::vector<std::size_t>{4, 3});
}

TEST_CASE("graph json: a text of another structure is refused") {
  const auto said = [](const std::string& text) { return refusal<FormatError>(text); };
  CHECK(said("[]") == "the whole is no object.");
  CHECK(said("{}") == "the whole has no 'nodes'.");
  CHECK(said(R"({"nodes":[],"outputs":[],"edges":[]})") == "the whole has a member 'edges', which is not known.");
  CHECK(said(R"({"nodes":{},"outputs":[]})") == "the whole: its 'nodes' is no list.");
  CHECK(said(R"({"nodes":[7],"outputs":[]})") == "node number 0 has no name.");
  CHECK(said(R"({"nodes":[{"name":3}],"outputs":[]})") == "node number 0 has no name.");
  CHECK(said(R"({"nodes":[{"name":""}],"outputs":[]})") == "node number 0 has no name.");
  CHECK(said(R"({"nodes":[{"name":"a","shape":[3]}],"outputs":[]})") == "node 'a' has no 'storage'.");
  CHECK(said(R"({"nodes":[{"name":"a","shape":[3],"storage":"f64"}],"outputs":[]})") ==
        "node 'a': its 'storage' is 'f64', expected compute, u8 or i32.");
  CHECK(said(R"({"nodes":[{"name":"a","shape":[3.0],"storage":"u8"}],"outputs":[]})") ==
        "node 'a': its 'shape' has a value of the wrong type.");
  CHECK(said(R"({"nodes":[{"name":"a","shape":3,"storage":"u8"}],"outputs":[]})") == "node 'a': its 'shape' is no list.");
  CHECK(said(with_nodes(R"({"name":"0","type":"dense","config":{}})")) == "node '0' has no 'inputs'.");
  CHECK(said(with_nodes(R"({"name":"0","type":1,"config":{},"inputs":["in"]})")) == "node '0': its 'type' is no text.");
  CHECK(said(with_nodes(dense("[0]"))) == "node '0': its 'inputs' has a value of the wrong type.");
  CHECK(said(with_nodes(dense(R"(["in"])", "[]"))) == "node '0': a config is no object.");
  CHECK(said(with_nodes(dense(), "[0]")) == "the whole: its 'outputs' has a value of the wrong type.");
  CHECK(said(std::string(17, '[')) == "it is nested deeper than 16.");
}

TEST_CASE("graph json: edges that lead nowhere are refused") {
  CHECK(refusal<FormatError>(with_nodes(dense(R"(["inn"])"))) == "node '0' names the node 'inn', which is not there before it.");
  CHECK(refusal<FormatError>(with_nodes(dense(R"(["0"])"))) == "node '0' names the node '0', which is not there before it.");
  CHECK(refusal<FormatError>(with_nodes(dense(), R"(["1"])")) == "outputs names the node '1', which is not there before it.");
  CHECK(refusal<FormatError>(with_nodes(dense("[]"))) == "node '0': dense(2): got no input, expected at least one node. Pass {node}.");
  CHECK(refusal<ConfigError>(with_nodes(dense(), "[]")) == "graph: has no output. Name one with output(node).");
  CHECK(refusal<ConfigError>(with_nodes(dense(), R"(["0","0"])")) == "output: 0 is an output already. Name each output once.");
  CHECK(refusal<ConfigError>(with_nodes(dense(), R"(["in"])")) == "output: in is an input. Put a layer behind it.");
  CHECK(refusal<ConfigError>(R"({"nodes":[],"outputs":[]})") == "graph: has no input. Add one with input(shape).");
  CHECK(refusal<FormatError>(with_nodes(dense() + "," + dense())) ==
        "node '0': graph: a node named '0' is there already. Choose another name.");
}

TEST_CASE("graph json: what the layers refuse is said with the node") {
  CHECK(refusal<FormatError>(with_nodes(R"({"name":"0","type":"swish","config":{},"inputs":["in"]})"))
            .starts_with("node '0': layer type 'swish': unknown, expected one of: activation, add, batch_norm, binary_cross_entropy, "));
  CHECK(refusal<FormatError>(with_nodes(dense(R"(["in"])", R"({"bias":true})"))) == "node '0': dense: the option 'out' is missing.");
  CHECK(refusal<FormatError>(with_nodes(dense(R"(["in"])", R"({"out":2.0,"bias":true})"))) ==
        "node '0': dense: the option 'out' is of another kind, expected a whole number.");
  CHECK(refusal<FormatError>(with_nodes(dense(R"(["in"])", R"({"out":0,"bias":true})"))) ==
        "node '0': dense(0): got a width of 0, expected at least 1. Give the number of outputs.");
  CHECK(refusal<FormatError>(with_nodes(dense(R"(["in","in"])"))) ==
        "node '0': dense(2) after in [3] and in [3]: got 2 inputs, expected 1. Join them with weir::Add() or weir::Concat() first.");
  CHECK(refusal<ShapeError>(R"({"nodes":[{"name":"a","shape":[0],"storage":"u8"}],"outputs":[]})") ==
        "input [0]: has no elements, expected every dimension to be at least 1.");
}
