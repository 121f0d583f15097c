#include <algorithm>
#include <atomic>
#include <ostream>
#include <set>

#include <weir/core/error.hpp>
#include <weir/core/graph.hpp>

#include "core/parameters_text.hpp"
#include "core/text.hpp"

namespace weir {

namespace {

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> count{0};
  return ++count;
}

std::string storage_name(Storage storage) { return storage == Storage::compute ? "f32 or f64" : storage == Storage::u8 ? "u8" : "i32"; }

// The layer and its input shapes for messages: "dense(128) after input [784]".
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
  for (const auto& state : plan.state) {
    check_name(state.name);
    const Tensor* values = state.initial_values.get();
    if (!values) continue;
    const bool computes = values->dtype() == DType::f32 || values->dtype() == DType::f64;
    if (values->shape() == state.shape && computes && values->device().is_cpu()) continue;
    throw ConfigError("its plan gives '" + state.name + "' the initial values of " + to_string(values->shape()) + ", " +
                      to_string(values->dtype()) + " on " + to_string(values->device()) + ", expected " + to_string(state.shape) +
                      ", f32 or f64 on cpu.");
  }
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
  for (std::size_t i = 0; i < entry.plan.parameters.size(); ++i) entry.blocks.push_back({entries_.size(), i});
  entries_.push_back(std::move(entry));
  return Node(id_, entries_.size() - 1);
}

void Graph::share_parameters(Node node, Node earlier, std::string_view parameter) {
  const std::size_t index = check(node, "share_parameters"), from = check(earlier, "share_parameters");
  const Entry &entry = entries_[index], &owner = entries_[from];
  const auto named = [](const Entry& e) { return e.name + " " + (e.layer ? e.layer->describe() : "input"); };
  const std::string who = "share_parameters: " + named(entry) + " with " + named(owner) + ": ";
  if (from >= index) throw ConfigError(who + "the second is not added before the first. Pass the later node first.");
  std::vector<std::pair<std::size_t, Block>> changes;
  for (std::size_t p = 0; p < entry.blocks.size(); ++p) {
    const ParameterSpec& spec = entry.plan.parameters[p];
    if (!parameter.empty() && spec.name != parameter) continue;
    const auto& others = owner.plan.parameters;
    const auto other = std::ranges::find(others, spec.name, &ParameterSpec::name);
    if (other == others.end()) throw ConfigError(who + "the second has no parameter '" + spec.name + "'. Name one that both have.");
    if (other->shape != spec.shape) {
      throw ShapeError(who + "'" + spec.name + "' is " + to_string(spec.shape) + " in the first and " + to_string(other->shape) +
                       " in the second, expected equal shapes. Make the layers of one size.");
    }
    changes.emplace_back(p, owner.blocks[static_cast<std::size_t>(other - others.begin())]);
  }
  if (changes.empty())
    throw ConfigError(who + "the first has no parameter" + (parameter.empty() ? "" : " '" + std::string(parameter) + "'") +
                      ". Name one that both have.");
  for (const auto& [p, block] : changes) {
    for (Entry& other : entries_) std::ranges::replace(other.blocks, Block{index, p}, block);  // also for nodes that already share it
    entries_[index].blocks[p] = block;
  }
}

std::string Graph::parameter_name(const Block& block) const {
  const Entry& entry = entries_.at(block.entry);
  return entry.name + "." + entry.plan.parameters.at(block.parameter).name;
}

void Graph::output(Node node) {
  const std::size_t index = check(node, "output");
  if (!entries_[index].layer) throw ConfigError("output: " + entries_[index].name + " is an input. Put a layer behind it.");
  if (std::find(outputs_.begin(), outputs_.end(), index) != outputs_.end()) {
    throw ConfigError("output: " + entries_[index].name + " is an output already. Name each output once.");
  }
  outputs_.push_back(index);
}

const Shape& Graph::shape(Node node) const& { return entries_[check(node, "shape")].plan.output; }

const Shape& Graph::output_shape(std::size_t output) const& { return entries_[outputs_.at(output)].plan.output; }

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

std::string parameters_text(const Graph& graph, std::size_t node, const std::string& unit, std::int64_t& total) {
  const Graph::Entry& entry = graph.entries()[node];
  const auto owner = [&](std::size_t p) { return entry.blocks[p].entry; };
  std::int64_t own = 0;
  std::string shared;
  bool as_one = true;  // whether node shares all of its parameters with one other node
  for (std::size_t p = 0; p < entry.blocks.size(); ++p) {
    as_one = as_one && owner(p) != node && owner(p) == owner(0);
    if (owner(p) == node) own += entry.plan.parameters[p].shape.elements();
    if (owner(p) != node) shared += (shared.empty() ? "shares " : ", ") + graph.parameter_name(entry.blocks[p]);
  }
  total += own;
  if (as_one && !shared.empty()) return "shares " + graph.entries()[owner(0)].name;
  return (own ? with_commas(own) + unit : "") + (own && !shared.empty() ? ", " : "") + shared;
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
    table.row({entry.name, entry.layer->describe(), from + " -> " + to_string(entry.plan.output),
               parameters_text(graph, static_cast<std::size_t>(&entry - graph.entries().data()), " parameters", total)});
  }
  table.print(out);
  return out << with_commas(total) << " parameters\n";
}

}  // namespace weir
