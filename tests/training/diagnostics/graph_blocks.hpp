#pragma once

#include <functional>
#include <string>
#include <vector>
#include <weir/activations/activation.hpp>
#include <weir/core/graph.hpp>
#include <weir/layers/add.hpp>
#include <weir/layers/batch_norm.hpp>
#include <weir/layers/concat.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/dropout.hpp>
#include <weir/layers/embedding.hpp>
#include <weir/layers/flatten.hpp>
#include <weir/layers/layer_norm.hpp>
#include <weir/layers/log_softmax.hpp>
#include <weir/layers/multiply.hpp>
#include <weir/layers/prelu.hpp>
#include <weir/layers/reshape.hpp>
#include <weir/layers/residual.hpp>
#include <weir/layers/rms_norm.hpp>
#include <weir/layers/softmax.hpp>

#include "tests/layers/every_layer.hpp"
#include "tests/training/all_losses.hpp"

namespace weir::test {

// Returns a node of shape [4] to read; several calls may return the same node.
using Pick = std::function<Node()>;

// A part of a graph that computes [4] from one or more [4]. `indices` is an input [2] of integers below 2.
struct Block {
  std::string name;
  std::function<Node(Graph&, const Pick& pick, Node indices)> add;
};

// Every layer and activation as blocks that can be combined in any order.
inline std::vector<Block> all_blocks() {
  const auto one = []<class L>(L layer) {
    const auto shared = make_layer(std::move(layer));
    return Block{shared->describe(), [shared](Graph& graph, const Pick& pick, Node) { return graph.add(shared, {pick()}); }};
  };
  std::vector<Block> blocks = {
      one(Dense(4)),
      one(Dense(4, {.bias = false})),
      one(PReLU()),
      one(PReLU(4)),
      one(Softmax()),
      one(LogSoftmax()),
      one(Dropout(0.3)),
      one(BatchNorm()),
      one(LayerNorm()),
      one(RMSNorm({.eps = 0.1})),
      one(square()),
      {"add",
       [](Graph& graph, const Pick& pick, Node) {
         return graph.add(Add(), {pick(), pick()});
       }},
      {"multiply",
       [](Graph& graph, const Pick& pick, Node) {
         return graph.add(Multiply(), {pick(), pick()});
       }},
      {"concat",
       [](Graph& graph, const Pick& pick, Node) {
         return graph.add(Dense(4), {graph.add(Concat(), {pick(), pick()})});
       }},
      {"reshape, flatten",
       [](Graph& graph, const Pick& pick, Node) {
         return graph.add(Flatten(), {graph.add(Reshape({2, 2}), {pick()})});
       }},
      {"dense of rows",
       [](Graph& graph, const Pick& pick, Node) {
         return graph.add(Flatten(), {graph.add(Dense(2), {graph.add(Reshape({2, 2}), {pick()})})});
       }},
      {"embedding",
       [](Graph& graph, const Pick& pick, Node indices) {
         return graph.add(Multiply(), {pick(), graph.add(Flatten(), {graph.add(Embedding(2, 2), {indices})})});
       }},
      {"residual", [](Graph& graph, const Pick& pick, Node) { return Residual(Dense(4), Tanh()).append_to(graph, pick()); }},
  };
  for (const ActivationFunction& function : all_activations()) blocks.push_back(one(function));
  return blocks;
}

// Adds a loss on a node of shape [4], converted to the shape and range that the loss accepts; appends the term and its target's shape.
inline void add_loss(Graph& graph, Node node, const LossCase& c, std::vector<LossTerm>& terms, std::vector<Shape>& targets) {
  if (c.options.low > 0) node = graph.add(Sigmoid(), {node});
  const Shape& shape = c.shapes[0];
  if (shape != Shape{4}) {
    node = graph.add(Dense(shape.elements()), {node});
    if (c.options.low > 0) node = graph.add(Sigmoid(), {node});
    node = graph.add(Reshape(shape), {node});
  }
  graph.output(node);
  LossTerm term{MeanSquaredError(), 0.5 + 0.25 * static_cast<double>(terms.size())};
  term.loss = c.loss;
  terms.push_back(term);
  targets.push_back(c.shapes[1]);
}

// The types of layers and losses in a graph, and activations by name.
template <class Set>
void add_types(Set& types, const Graph& graph, const Losses& losses) {
  for (const Graph::Entry& entry : graph.entries()) {
    if (!entry.layer) continue;
    types.insert(entry.layer->type());
    if (entry.layer->type() != "activation") continue;
    const Config config = entry.layer->config();
    types.insert(config.word("function"));
  }
  for (const LossTerm& term : losses.terms()) types.insert(term.loss->type());
}

}  // namespace weir::test
