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

// A node of one graph and of its copies; returned by Graph::input and Graph::add.
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

// The description of a network: layers and the edges between them, any directed acyclic graph with several inputs and outputs. A plain
// value: copying is cheap (layers are shared and immutable), << prints it as a table, save writes it. Computation is done by a Model.
class Graph {
 public:
  // A block of parameters: the entry that owns it, and its position in that entry's plan.
  struct Block {
    std::size_t entry = 0, parameter = 0;
    friend bool operator==(const Block&, const Block&) = default;
  };

  // One node. An input has no layer; its shape is plan.output.
  struct Entry {
    std::string name;
    std::shared_ptr<const Layer> layer;
    std::vector<std::size_t> inputs;  // indices of earlier entries
    LayerPlan plan;
    std::vector<Block> blocks;           // one for each of plan.parameters: its own, or an earlier entry's
    Storage storage = Storage::compute;  // of the output; always compute for a layer
  };

  Graph();

  // Adds an input; `shape` is that of one sample. The default names are "input", "input_1", ...
  Node input(Shape shape, Storage storage = Storage::compute, std::string name = "");

  // Adds a layer that reads these nodes. Unnamed layers are numbered "0", "1", ... as in PyTorch's Sequential. Calls infer, so a wrong
  // shape throws here: ShapeError "dense(128) after input [0]: ...". ConfigError for a node of another graph, or a name that is taken or
  // malformed.
  template <class L>
  Node add(L&& layer, std::vector<Node> inputs, std::string name = "") {
    return add_layer(make_layer(std::forward<L>(layer)), std::move(inputs), std::move(name));
  }
  Node add_layer(std::shared_ptr<const Layer> layer, std::vector<Node> inputs, std::string name = "");

  // Makes a node use the parameters of an earlier one, all of them or the one named, instead of its own: `decoder.weight = encoder.weight`
  // in PyTorch, or a Keras layer that is called twice. The Model holds the block once, under the earlier node's name and with its initial
  // values; its gradient is the sum over the nodes, in their order. State is not shared. ConfigError for a node that is not earlier, or a
  // parameter that one of the two does not have; ShapeError for unequal shapes.
  //
  //   const Node a = g.add(Dense(64), {x}), b = g.add(Dense(64), {y});
  //   g.share_parameters(b, a);
  void share_parameters(Node node, Node earlier, std::string_view parameter = "");

  // Marks a node as an output; the order of calls is the order of outputs. ConfigError for an input or a repeated node.
  void output(Node node);

  const std::vector<Entry>& entries() const& { return entries_; }      // in topological order
  const std::vector<std::size_t>& inputs() const& { return inputs_; }  // indices into entries()
  const std::vector<std::size_t>& outputs() const& { return outputs_; }
  const Shape& shape(Node node) const&;                      // of one sample
  const Shape& output_shape(std::size_t output) const&;      // of one sample of an output, counted from 0
  std::string parameter_name(const Block& block) const;      // the name in files: "0.weight"
  std::vector<Shape> input_shapes(std::size_t entry) const;  // of one sample

  // Not of a temporary, which they would outlive.
  const std::vector<Entry>& entries() const&& = delete;
  const std::vector<std::size_t>& inputs() const&& = delete;
  const std::vector<std::size_t>& outputs() const&& = delete;
  const Shape& shape(Node node) const&& = delete;
  const Shape& output_shape(std::size_t output) const&& = delete;

  // Checks that a Model can be made: there is an input and an output, and every node leads to an output. Throws ConfigError.
  void validate() const;

 private:
  std::size_t check(Node node, const std::string& who) const;
  std::string take_name(std::string wanted, const std::string& fallback) const;

  std::uint64_t id_ = 0;
  std::vector<Entry> entries_;
  std::vector<std::size_t> inputs_;
  std::vector<std::size_t> outputs_;
};

// Prints one line for each node: "0  dense(128)  784 -> 128  100,480 parameters"; "shares 0" where its parameters are another node's.
std::ostream& operator<<(std::ostream& out, const Graph& graph);

namespace detail {

// Adds one layer after a node. A type that stands for several layers, such as Residual, adds them itself.
template <class L>
Node append(Graph& graph, Node node, L&& layer) {
  if constexpr (requires { layer.append_to(graph, node); }) {
    return layer.append_to(graph, node);
  } else {
    return graph.add(std::forward<L>(layer), {node});
  }
}

}  // namespace detail

// A chain as torch.nn.Sequential: one input of this shape, then each layer after the one before; the last is the output.
template <class... Layers>
Graph sequential(Shape input, Layers&&... layers) {
  Graph graph;
  Node node = graph.input(input);
  ((node = detail::append(graph, node, std::forward<Layers>(layers))), ...);
  graph.output(node);
  return graph;
}

}  // namespace weir
