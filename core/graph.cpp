#include <algorithm>
#include <atomic>
#include <ostream>
#include <set>

#include <weir/core/error.hpp>
#include <weir/core/graph.hpp>

#include "core/text.hpp"

namespace weir {

namespace {

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> count{0};
  return ++count;
}

std::string storage_name(Storage storage) { return storage == Storage::compute ? "f32 or f64" : storage == Storage::u8 ? "u8" : "i32"; }

// "dense(128) after input [784]".
std::string place(const Layer& layer, const std::vector<Graph::Entry>& entries, const std::vector<std::size_t>& inputs) {
  std::string text = layer.describe() + " after ";
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Graph::Entry& entry = entries[inputs[i]];
    text +=
        (i ? " and " : "") + (entry.layer ? entry.name + " " + entry.layer->describe() : entry.name) + " " + to_string(entry.plan.output);
  }
  return text;
}

void check_plan(const LayerPlan& plan, const std::vector<Graph::Entry>& entries, const std::vector<std::size_t>& inputs) {
  if (!plan.inputs.empty() && plan.inputs.size() != inputs.size()) {
    throw ConfigError("its plan states the storage of " + std::to_string(plan.inputs.size()) + " inputs, it has " +
                      std::to_string(inputs.size()) + ". State one for each, or none.");
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Storage wanted = plan.inputs.empty() ? Storage::compute : plan.inputs[i];
    if (entries[inputs[i]].storage != wanted) {
      throw ShapeError("input " + std::to_string(i) + " holds " + storage_name(entries[inputs[i]].storage) + ", expected " +
                       storage_name(wanted) + ". Give it an input of that storage.");
    }
  }
  std::set<std::string> names;
  const auto check_name = [&](const std::string& name) {
    if (name.empty() || name.find('.') != std::string::npos || !names.insert(name).second) {
      throw ConfigError("its plan names a parameter or state '" + name + "': names must be unique, not empty and without a dot.");
    }
  };
  for (const auto& parameter : plan.parameters) check_name(parameter.name);
  for (const auto& state : plan.state) check_name(state.name);
}

}  // namespace

Graph::Graph() : id_(next_id()) {}

std::string Graph::take_name(std::string wanted, const std::string& fallback) const {
  const auto taken = [this](const std::string& name) {
    return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.name == name; });
  };
  if (wanted.empty()) {
    std::string name = fallback;
    for (int i = 1; taken(name); ++i) name = fallback + "_" + std::to_string(i);
    return name;
  }
  const bool printable = std::all_of(wanted.begin(), wanted.end(), [](unsigned char c) { return c > 32 && c < 127; });
  if (!printable)
    throw ConfigError("graph: the name '" + wanted + "' holds a space or a special character. Use letters, digits, dots and dashes.");
  if (taken(wanted)) throw ConfigError("graph: a node named '" + wanted + "' is there already. Choose another name.");
  return wanted;
}

std::size_t Graph::check(Node node, const std::string& who) const {
  if (node.graph_ != id_ || node.index_ >= entries_.size()) {
    throw ConfigError(who +
                      ": got a node of another graph, or one that was never added. Pass what input() or add() of this graph returned.");
  }
  return node.index_;
}

Node Graph::input(Shape shape, Storage storage, std::string name) {
  if (shape.elements() == 0)
    throw ShapeError("input " + to_string(shape) + ": has no elements, expected every dimension to be at least 1.");
  if (shape.rank() == Shape::max_rank)
    throw ShapeError("input " + to_string(shape) + ": has no room for the batch dimension. Flatten some of its dimensions.");
  Entry entry;
  entry.name = take_name(std::move(name), "input");
  entry.plan.output = shape;
  entry.storage = storage;
  inputs_.push_back(entries_.size());
  entries_.push_back(std::move(entry));
  return Node(id_, entries_.size() - 1);
}

Node Graph::add_layer(std::shared_ptr<const Layer> layer, std::vector<Node> inputs, std::string name) {
  if (!layer) throw ConfigError("graph: add got no layer. Pass a layer.");
  if (inputs.empty()) throw ConfigError(layer->describe() + ": got no input, expected at least one node. Pass {node}.");
  Entry entry;
  std::vector<Shape> shapes;
  for (const Node node : inputs) {
    entry.inputs.push_back(check(node, layer->describe()));
    shapes.push_back(entries_[entry.inputs.back()].plan.output);
  }
  entry.name = take_name(std::move(name), std::to_string(entries_.size() - inputs_.size()));
  try {
    entry.plan = layer->infer(shapes);
    check_plan(entry.plan, entries_, entry.inputs);
  } catch (const ShapeError& error) {
    throw ShapeError(place(*layer, entries_, entry.inputs) + ": " + error.what());
  } catch (const ConfigError& error) {
    throw ConfigError(place(*layer, entries_, entry.inputs) + ": " + error.what());
  }
  entry.layer = std::move(layer);
  entries_.push_back(std::move(entry));
  return Node(id_, entries_.size() - 1);
}

void Graph::output(Node node) {
  const std::size_t index = check(node, "output");
  if (!entries_[index].layer) throw ConfigError("output: " + entries_[index].name + " is an input. Put a layer behind it.");
  if (std::find(outputs_.begin(), outputs_.end(), index) != outputs_.end()) {
    throw ConfigError("output: " + entries_[index].name + " is an output already. Name each output once.");
  }
  outputs_.push_back(index);
}

const Shape& Graph::shape(Node node) const { return entries_[check(node, "shape")].plan.output; }

std::vector<Shape> Graph::input_shapes(std::size_t entry) const {
  std::vector<Shape> shapes;
  for (const std::size_t input : entries_.at(entry).inputs) shapes.push_back(entries_[input].plan.output);
  return shapes;
}

void Graph::validate() const {
  if (inputs_.empty()) throw ConfigError("graph: has no input. Add one with input(shape).");
  if (outputs_.empty()) throw ConfigError("graph: has no output. Name one with output(node).");
  std::vector<bool> used(entries_.size(), false);
  for (const std::size_t index : outputs_) used[index] = true;
  for (std::size_t i = entries_.size(); i-- > 0;) {
    if (!used[i]) {
      const std::string what = entries_[i].layer ? " " + entries_[i].layer->describe() : "";
      throw ConfigError("graph: " + entries_[i].name + what +
                        " leads to no output. Use it in a layer, name it with output(), or leave it out.");
    }
    for (const std::size_t input : entries_[i].inputs) used[input] = true;
  }
}

std::ostream& operator<<(std::ostream& out, const Graph& graph) {
  TextTable table;
  std::int64_t total = 0;
  for (const Graph::Entry& entry : graph.entries()) {
    if (!entry.layer) {
      table.row({entry.name, "input", to_string(entry.plan.output), ""});
      continue;
    }
    std::string from;
    for (const std::size_t input : entry.inputs) {
      from += (from.empty() ? "" : " + ") + to_string(graph.entries()[input].plan.output);
    }
    std::int64_t parameters = 0;
    for (const auto& parameter : entry.plan.parameters) parameters += parameter.shape.elements();
    total += parameters;
    table.row({entry.name, entry.layer->describe(), from + " -> " + to_string(entry.plan.output),
               parameters ? with_commas(parameters) + " parameters" : ""});
  }
  table.print(out);
  return out << with_commas(total) << " parameters\n";
}

}  // namespace weir
