#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weir/core/layer.hpp>
#include <weir/core/make_layer.hpp>

namespace weir {

// Names a node of one graph and of its copies. What Graph::input and Graph::add return.
class Node {
 public:
  Node() = default;
  std::size_t index() const { return index_; }

 private:
  friend class Graph;
  Node(std::uint64_t graph, std::size_t index) : graph_(graph), index_(index) {}
  std::uint64_t graph_ = 0;
  std::size_t index_ = 0;
};

// The description of a network: layers and the edges between them, any directed acyclic graph with several inputs and outputs.
// A plain value: copying is cheap (layers are shared and immutable), printing draws it, saving writes it. It computes nothing.
class Graph {
 public:
  // A block of parameters: the entry whose plan asks for it, and the parameter's place there.
  struct Block {
    std::size_t entry = 0, parameter = 0;
    friend bool operator==(const Block&, const Block&) = default;
  };

  // What is known of one node. An input has no layer; its shape is plan.output.
  struct Entry {
    std::string name;
    std::shared_ptr<const Layer> layer;
    std::vector<std::size_t> inputs;  // indices of entries before this one
    LayerPlan plan;
    std::vector<Block> blocks;           // of each of plan.parameters: its own, or that of an entry before it
    Storage storage = Storage::compute;  // of the output; a layer's is always compute
  };

  Graph();

  // An input of this shape a sample. Named "input", "input_1", ... unless a name is given.
  Node input(Shape shape, Storage storage = Storage::compute, std::string name = "");

  // A layer that reads these nodes. Unnamed layers are called by their count: "0", "1", ... as in PyTorch's Sequential. Runs infer, so
  // that a wrong shape throws here: ShapeError "dense(128) after input [0]: ...". ConfigError for a node of another graph, a taken
  // or malformed name.
  template <class L>
  Node add(L&& layer, std::vector<Node> inputs, std::string name = "") {
    return add_layer(make_layer(std::forward<L>(layer)), std::move(inputs), std::move(name));
  }
  Node add_layer(std::shared_ptr<const Layer> layer, std::vector<Node> inputs, std::string name = "");

  // Gives a node the parameters of an earlier one, all or the one of this name, instead of its own: `decoder.weight = encoder.weight` in
  // PyTorch, or a Keras layer that is called twice. The Model holds the block once, under the earlier node's name and with its initial
  // values, and its gradient is the sum over the nodes, in their order. State stays each node's own. ConfigError for a node that is not
  // earlier, or a parameter that one of the two has not; ShapeError for unequal shapes.
  //
  //   const Node a = g.add(Dense(64), {x}), b = g.add(Dense(64), {y});
  //   g.share_parameters(b, a);
  void share_parameters(Node node, Node earlier, std::string_view parameter = "");

  // Marks a node as an output; the order of calls is the order of outputs. ConfigError for an input or a repeated node.
  void output(Node node);

  const std::vector<Entry>& entries() const { return entries_; }      // in topological order
  const std::vector<std::size_t>& inputs() const { return inputs_; }  // indices into entries()
  const std::vector<std::size_t>& outputs() const { return outputs_; }
  const Shape& shape(Node node) const;                       // of one sample
  std::string parameter_name(const Block& block) const;      // "0.weight", as in files
  std::vector<Shape> input_shapes(std::size_t entry) const;  // of one sample, what the layer's infer was given

  // What must hold before a Model can be made: an input, an output, and no node that leads to no output. Throws ConfigError.
  void validate() const;

 private:
  std::size_t check(Node node, const std::string& who) const;
  std::string take_name(std::string wanted, const std::string& fallback) const;

  std::uint64_t id_ = 0;
  std::vector<Entry> entries_;
  std::vector<std::size_t> inputs_;
  std::vector<std::size_t> outputs_;
};

// One line a node: "0  dense(128)  784 -> 128  100,480 parameters"; "shares 0" where its parameters are those of another.
std::ostream& operator<<(std::ostream& out, const Graph& graph);

namespace detail {

// A layer behind a node; or what is no layer and adds several by itself, as Residual.
template <class L>
Node append(Graph& graph, Node node, L&& layer) {
  if constexpr (requires { layer.append_to(graph, node); }) {
    return layer.append_to(graph, node);
  } else {
    return graph.add(std::forward<L>(layer), {node});
  }
}

}  // namespace detail

// A chain: one input of this shape, then each layer on the one before; the last is the output.
template <class... Layers>
Graph sequential(Shape input, Layers&&... layers) {
  Graph graph;
  Node node = graph.input(input);
  ((node = detail::append(graph, node, std::forward<Layers>(layers))), ...);
  graph.output(node);
  return graph;
}

}  // namespace weir
