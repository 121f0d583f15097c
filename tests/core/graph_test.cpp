#include <sstream>

#include <doctest/doctest.h>

#include <weir/core/error.hpp>
#include <weir/core/graph.hpp>

#include "tests/support/scale_layer.hpp"

using weir::ConfigError;
using weir::Graph;
using weir::Shape;
using weir::ShapeError;
using weir::test::Scale;
using weir::test::Sum;

TEST_CASE("graph: a chain is named by number and printed as one would draw it") {
  const Graph net = weir::sequential({4}, Scale(2), Scale(3));
  CHECK(net.entries()[1].name == "0");
  CHECK(net.entries()[2].name == "1");
  std::ostringstream text;
  text << net;
  CHECK(text.str() ==
        "input  input     [4]\n"
        "0      scale(2)  [4] -> [4]  1 parameters\n"
        "1      scale(3)  [4] -> [4]  1 parameters\n"
        "2 parameters\n");
}

TEST_CASE("graph: a copy is a graph of its own that knows the same nodes") {
  Graph first;
  const auto x = first.input({3});
  Graph second = first;
  const auto y = second.add(Scale(1), {x});
  second.output(y);
  CHECK(first.entries().size() == 1);
  CHECK_NOTHROW(second.validate());
}

TEST_CASE("graph: a wrong shape fails on the line that adds the layer") {
  Graph graph;
  const auto a = graph.input({3}), b = graph.input({4}, weir::Storage::compute, "other");
  CHECK_THROWS_WITH_AS(graph.add(Sum(), {a, b}), "sum after input [3] and other [4]: got [3] and [4], expected equal shapes.", ShapeError);
  CHECK(graph.entries().size() == 2);
  const auto labels = graph.input({3}, weir::Storage::i32);
  CHECK_THROWS_WITH_AS(graph.add(Scale(1), {labels}),
                       "scale(1) after input_1 [3]: input 0 holds i32, expected f32 or f64. Give it an input of that storage.", ShapeError);
}

TEST_CASE("graph: parameters are shared with an earlier node and printed so") {
  Graph graph;
  const auto x = graph.input({4});
  const auto a = graph.add(Scale(2), {x}), b = graph.add(Scale(3), {a}), c = graph.add(Scale(5), {b}, "c"), sum = graph.add(Sum(), {c, a});
  graph.output(sum);
  graph.share_parameters(c, b);
  graph.share_parameters(b, a, "w");  // c shares b's parameters, so it changes too
  for (const std::size_t entry : {1U, 2U, 3U}) CHECK(graph.entries()[entry].blocks == std::vector{Graph::Block{1, 0}});
  CHECK(graph.parameter_name(graph.entries()[3].blocks[0]) == "0.w");
  std::ostringstream text;
  text << graph;
  CHECK(text.str() ==
        "input  input     [4]\n"
        "0      scale(2)  [4] -> [4]        1 parameters\n"
        "1      scale(3)  [4] -> [4]        shares 0\n"
        "c      scale(5)  [4] -> [4]        shares 0\n"
        "3      sum       [4] + [4] -> [4]\n"
        "1 parameters\n");

  CHECK_THROWS_WITH_AS(graph.share_parameters(a, b),
                       "share_parameters: 0 scale(2) with 1 scale(3): the second is not added before the first. Pass the later node first.",
                       ConfigError);
  CHECK_THROWS_AS(graph.share_parameters(a, a), ConfigError);
  CHECK_THROWS_WITH_AS(graph.share_parameters(sum, a),
                       "share_parameters: 3 sum with 0 scale(2): the first has no parameter. Name one that both have.", ConfigError);
  CHECK_THROWS_WITH_AS(graph.share_parameters(c, a, "v"),
                       "share_parameters: c scale(5) with 0 scale(2): the first has no parameter 'v'. Name one that both have.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(graph.share_parameters(a, x),
                       "share_parameters: 0 scale(2) with input input: the second has no parameter 'w'. Name one that both have.",
                       ConfigError);
  CHECK_THROWS_AS(graph.share_parameters(Graph().input({4}), a), ConfigError);
}

TEST_CASE("graph: missing and dangling edges are errors") {
  Graph graph;
  CHECK_THROWS_WITH_AS(graph.validate(), "graph: has no input. Add one with input(shape).", ConfigError);
  const auto x = graph.input({3});
  CHECK_THROWS_WITH_AS(graph.validate(), "graph: has no output. Name one with output(node).", ConfigError);
  const auto y = graph.add(Scale(1), {x});
  graph.add(Scale(1), {x}, "lost");
  graph.output(y);
  CHECK_THROWS_WITH_AS(graph.validate(),
                       "graph: lost scale(1) leads to no output. Use it in a layer, name it with output(), or leave it out.", ConfigError);
  CHECK_THROWS_WITH_AS(graph.add(Scale(1), {}), "scale(1): got no input, expected at least one node. Pass {node}.", ConfigError);
  CHECK_THROWS_AS(graph.add(Scale(1), {weir::Node()}), ConfigError);
  Graph other;
  const auto foreign = other.input({3});
  CHECK_THROWS_WITH_AS(
      graph.add(Scale(1), {foreign}),
      "scale(1): got a node of another graph, or one that was never added. Pass what input() or add() of this graph returned.",
      ConfigError);
  CHECK_THROWS_AS(graph.output(x), ConfigError);
  CHECK_THROWS_AS(graph.output(y), ConfigError);
}

TEST_CASE("graph: names are unique and printable") {
  Graph graph;
  const auto x = graph.input({3});
  graph.add(Scale(1), {x}, "block.0");
  CHECK_THROWS_WITH_AS(graph.add(Scale(1), {x}, "block.0"), "graph: a node named 'block.0' is there already. Choose another name.",
                       ConfigError);
  CHECK_THROWS_AS(graph.add(Scale(1), {x}, "a b"), ConfigError);
  CHECK_THROWS_WITH_AS(graph.input({3, 0}), "input [3, 0]: has no elements, expected every dimension to be at least 1.", ShapeError);
}
