#include <weir/formats/json.hpp>

#include <algorithm>
#include <initializer_list>
#include <unordered_map>
#include <utility>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/core/registry.hpp>

#include "core/cpu/standard_floats.hpp"
#include "formats/json.hpp"
#include "formats/printable.hpp"

namespace weir {

namespace {

constexpr std::pair<Storage, std::string_view> storages[] = {{Storage::compute, "compute"}, {Storage::u8, "u8"}, {Storage::i32, "i32"}};

Json storage_to_json(Storage storage) {
  for (const auto& [known, word] : storages) {
    if (known == storage) return {std::string(word)};
  }
  throw ConfigError("a storage has no name.");
}

// One JSON object of the text, with its name for messages.
class Reader {
 public:
  // The object must have exactly these members.
  Reader(const Json& json, std::string who, std::initializer_list<std::string_view> members) : json_(json), who_(std::move(who)) {
    const auto* object = json.as<Json::Object>();
    if (!object) throw FormatError(who_ + " is no object.");
    for (const std::string_view member : members) {
      if (!json.find(member)) throw FormatError(who_ + " has no " + in_quotes(member) + ".");
    }
    for (const JsonMember& member : *object) {
      if (std::find(members.begin(), members.end(), member.key) == members.end()) {
        throw FormatError(who_ + " has a member " + in_quotes(member.key) + ", which is not known.");
      }
    }
  }

  const Json& operator[](std::string_view member) const { return *json_.find(member); }

  const std::string& word(std::string_view member) const {
    if (const auto* word = (*this)[member].as<std::string>()) return *word;
    throw FormatError(who_ + ": its " + in_quotes(member) + " is no text.");
  }

  const Json::Array& list(std::string_view member) const {
    if (const auto* list = (*this)[member].as<Json::Array>()) return *list;
    throw FormatError(who_ + ": its " + in_quotes(member) + " is no list.");
  }

  template <class T>
  std::vector<T> list_of(std::string_view member) const {
    std::vector<T> result;
    for (const Json& element : list(member)) {
      const T* value = element.as<T>();
      if (!value) throw FormatError(who_ + ": its " + in_quotes(member) + " has a value of the wrong type.");
      result.push_back(*value);
    }
    return result;
  }

  Storage storage(std::string_view member) const {
    for (const auto& [storage, known] : storages) {
      if (known == word(member)) return storage;
    }
    throw FormatError(who_ + ": its " + in_quotes(member) + " is " + in_quotes(word(member)) + ", expected compute, u8 or i32.");
  }

 private:
  const Json& json_;
  std::string who_;
};

using Nodes = std::unordered_map<std::string, Node>;

Node node_named(const Nodes& nodes, const std::string& who, const std::string& name) {
  const auto found = nodes.find(name);
  if (found == nodes.end()) throw FormatError(who + " names the node " + in_quotes(name) + ", which is not there before it.");
  return found->second;
}

// Reads "shares": {"weight": "0"}: parameters of earlier nodes.
void share(Graph& graph, const Nodes& nodes, Node node, const Json& json) {
  const auto* shares = json.as<Json::Object>();
  if (!shares) throw FormatError("its 'shares' is no object.");
  for (const JsonMember& member : *shares) {
    const auto* earlier = member.value.as<std::string>();
    if (!earlier) throw FormatError("its 'shares' has a value of the wrong type.");
    if (member.key.empty()) throw FormatError("its 'shares' has a parameter without a name.");
    graph.share_parameters(node, node_named(nodes, "its 'shares'", *earlier), member.key);
  }
}

void add_node(Graph& graph, Nodes& nodes, const Json& json) {
  const auto* given = json.find("name") ? json.find("name")->as<std::string>() : nullptr;
  if (!given || given->empty()) throw FormatError("node number " + std::to_string(nodes.size()) + " has no name.");
  const std::string who = "node " + in_quotes(*given);
  if (json.find("shape")) {
    const Reader input(json, who, {"name", "shape", "storage"});
    const std::vector<std::int64_t> extents = input.list_of<std::int64_t>("shape");
    nodes.emplace(*given, graph.input(Shape(std::span(extents)), input.storage("storage"), *given));
    return;
  }
  const bool shares = json.find("shares") != nullptr;
  const Reader layer =
      shares ? Reader(json, who, {"name", "type", "config", "inputs", "shares"}) : Reader(json, who, {"name", "type", "config", "inputs"});
  std::vector<Node> inputs;
  for (const std::string& name : layer.list_of<std::string>("inputs")) inputs.push_back(node_named(nodes, who, name));
  const std::string& type = layer.word("type");
  try {
    const Node node = graph.add_layer(make_registered_layer(type, config_from_json(layer["config"])), inputs, *given);
    if (shares) share(graph, nodes, node, layer["shares"]);
    nodes.emplace(*given, node);
  } catch (const Error& error) {
    throw FormatError(who + ": " + error.what());
  }
}

}  // namespace

std::string to_json(const Graph& graph) {
  const cpu::StandardFloats standard;
  const auto& entries = graph.entries();
  Json::Array nodes;
  for (const Graph::Entry& entry : entries) {
    if (!entry.layer) {
      Json::Array extents;
      for (const std::int64_t extent : entry.plan.output.extents()) extents.push_back({extent});
      nodes.push_back({Json::Object{{"name", {entry.name}}, {"shape", {std::move(extents)}}, {"storage", storage_to_json(entry.storage)}}});
      continue;
    }
    Json::Array inputs;
    for (const std::size_t input : entry.inputs) inputs.push_back({entries[input].name});
    Json::Object node{{"name", {entry.name}},
                      {"type", {entry.layer->type()}},
                      {"config", json_of(entry.layer->config())},
                      {"inputs", {std::move(inputs)}}};
    Json::Object shares;
    for (std::size_t p = 0; p < entry.blocks.size(); ++p) {
      const Graph::Entry& owner = entries[entry.blocks[p].entry];
      if (&owner != &entry) shares.push_back({entry.plan.parameters[p].name, {owner.name}});
    }
    if (!shares.empty()) node.push_back({"shares", {std::move(shares)}});
    nodes.push_back({std::move(node)});
  }
  Json::Array outputs;
  for (const std::size_t output : graph.outputs()) outputs.push_back({entries[output].name});
  return to_text({Json::Object{{"nodes", {std::move(nodes)}}, {"outputs", {std::move(outputs)}}}});
}

Graph graph_from_json(std::string_view text) {
  const cpu::StandardFloats standard;
  const Json json = parse_json(text);
  const Reader reader(json, "the whole", {"nodes", "outputs"});
  Graph graph;
  Nodes nodes;
  for (const Json& node : reader.list("nodes")) add_node(graph, nodes, node);
  for (const std::string& name : reader.list_of<std::string>("outputs")) graph.output(node_named(nodes, "outputs", name));
  graph.validate();
  return graph;
}

}  // namespace weir
