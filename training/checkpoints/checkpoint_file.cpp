#include <weir/training/checkpoint_file.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/formats/json.hpp>
#include <weir/formats/load_state_dict.hpp>

#include "core/model/parameters.hpp"
#include "formats/data_info_json.hpp"
#include "formats/json.hpp"
#include "formats/model_file.hpp"
#include "formats/printable.hpp"
#include "training/checkpoints/checkpoint_content.hpp"
#include "training/checkpoints/state_json.hpp"

namespace weir {

namespace {

// Metadata and tensors of a checkpoint.
constexpr const char* training_key = "weir.training";
constexpr const char* seed_key = "weir.seed";
constexpr const char* dtype_key = "weir.dtype";
constexpr const char* history_name = "weir.history";

// Of tensors that are laid out as the parameters: "weir.moment.exp_avg.0.weight".
std::string part_name(const std::string& owner, const ArenaEntry& parameter) { return "weir." + owner + "." + parameter.name; }
std::string owner_of(const Moment& moment) { return "moment." + moment.name; }
constexpr const char* average_owner = "average";

std::string callback_name(std::size_t callback, std::size_t tensor) {
  return "weir.callback." + std::to_string(callback) + "." + std::to_string(tensor);
}

const std::string& text_in(const TensorFile& file, const char* key) {
  const auto found = file.metadata().find(key);
  if (found != file.metadata().end()) return found->second;
  throw FormatError(file.name() + ": is no checkpoint: it has no " + key +
                    ". Save one with weir::save_checkpoint; weir::load_model reads a file of weir::save.");
}

// Which node of the two graphs, as JSON, differs first; empty when none does.
std::string graph_difference(const Json& saved, const Json& own) {
  const auto nodes = [](const Json& graph) {
    const Json* list = graph.find("nodes");
    const auto* array = list ? list->as<Json::Array>() : nullptr;
    return array ? *array : Json::Array();
  };
  const auto words = [](const Json& node) {
    const std::string text = to_text(node);
    return printable(text, 200);
  };
  const Json::Array a = nodes(saved), b = nodes(own);
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (to_text(a[i]) != to_text(b[i])) return "the graph has the node " + words(a[i]) + ", this Model " + words(b[i]);
  }
  if (a.size() != b.size()) return "the graph has " + std::to_string(a.size()) + " nodes, this Model " + std::to_string(b.size());
  return to_text(saved) == to_text(own) ? "" : "the graph has other outputs";
}

std::string difference(const TensorFile& file, const Model& model) {
  std::string text;
  const auto differs = [&](const char* what, const std::string& saved, const std::string& own) {
    if (saved != own) text += (text.empty() ? "" : "; ") + std::string(what) + " " + printable(saved, 40) + ", this Model has " + own;
  };
  differs("dtype", text_in(file, dtype_key), to_string(model.dtype()));
  differs("seed", text_in(file, seed_key), std::to_string(model.options().seed));
  const std::string graph = graph_difference(parse_json(text_in(file, graph_key)), parse_json(to_json(model.graph())));
  return text.empty() || graph.empty() ? text + graph : text + "; " + graph;
}

Tensor read_arena(const TensorFile& file, const Model& model, const std::string& owner) {
  Tensor arena(model.parameter_arena().shape(), model.dtype());
  for (const ArenaEntry& parameter : model.parameters()) file.read(part_name(owner, parameter), block_of(arena, parameter));
  return model.device().is_cpu() ? std::move(arena) : arena.to(model.device());
}

void add_arena(const Model& model, const std::string& owner, const Tensor& arena, std::vector<NamedTensor>& tensors) {
  for (const ArenaEntry& parameter : model.parameters()) {
    const ConstTensorView block = arena.view().rows(parameter.offset, parameter.shape.elements()).reshaped(parameter.shape);
    tensors.push_back({part_name(owner, parameter), block});
  }
}

}  // namespace

void save_checkpoint(const Model& model, const FileTarget& target) {
  const TrainingState& state = model.training_state();
  const Tensor history = table_of(state.history);
  std::vector<NamedTensor> tensors{{history_name, history.view()}};
  for (const Moment& moment : state.optimizer.moments) add_arena(model, owner_of(moment), moment.values, tensors);
  if (state.average.updates > 0) add_arena(model, average_owner, state.average.values, tensors);
  for (std::size_t c = 0; c < state.callbacks.size(); ++c) {
    const std::vector<Tensor>& own = state.callbacks[c].tensors;
    for (std::size_t t = 0; t < own.size(); ++t) tensors.push_back({callback_name(c, t), own[t].view()});
  }
  save_with(model, target,
            {{training_key, to_json(state)}, {seed_key, std::to_string(model.options().seed)}, {dtype_key, to_string(model.dtype())}},
            std::move(tensors));
}

void check_checkpoint(const std::string& who, const Model& model) {
  std::map<std::string, std::string> data;
  try {
    to_json(model.graph());
    to_json(model.training_state());
    write_data_info(model, data);
  } catch (const ConfigError& error) {
    throw ConfigError(who + ": this run cannot be saved: " + error.what());
  }
}

TrainingState read_checkpoint(const TensorFile& file, const Model& model) {
  check_file(file);
  const std::string& training = text_in(file, training_key);
  const std::string different = difference(file, model);
  if (!different.empty()) {
    throw ConfigError(file.name() + ": was saved from another Model: " + different + ". Make the Model as the one that was saved.");
  }
  try {
    TrainingState state = state_from_json(training, file.read(history_name));
    for (Moment& moment : state.optimizer.moments) moment.values = read_arena(file, model, owner_of(moment));
    if (state.average.updates > 0) state.average.values = read_arena(file, model, average_owner);
    for (std::size_t c = 0; c < state.callbacks.size(); ++c) {
      std::vector<Tensor>& own = state.callbacks[c].tensors;
      for (std::size_t t = 0; t < own.size(); ++t) own[t] = file.read(callback_name(c, t));
    }
    return state;
  } catch (const FileError&) {
    throw;
  } catch (const Error& error) {
    throw FormatError(file.name() + ": its state of training cannot be used: " + printable(error.what()) +
                      " It is damaged: copy or save it again.");
  }
}

void load_checkpoint(Model& model, const TensorFile& file) {
  TrainingState state = read_checkpoint(file, model);
  DataInfo before = model.data_info();
  read_data_info(file.name(), file.metadata(), model);
  try {
    load_state_dict(model, file);
  } catch (...) {
    model.set_data_info(std::move(before));
    throw;
  }
  model.training_state() = std::move(state);
}

}  // namespace weir
