#include "training/check_data.hpp"

#include <algorithm>
#include <cmath>
#include <weir/core/error.hpp>

#include "core/text.hpp"
#include "data/dataset_access.hpp"

namespace weir {

namespace {

std::string count_of(std::size_t count, const char* noun) { return std::to_string(count) + " " + noun + (count == 1 ? "" : "s"); }

const Graph::Entry& output_entry(const Model& model, std::size_t output) {
  const Graph& graph = model.graph();
  return graph.entries()[graph.outputs()[output]];
}

std::string output_name(const Model& model, std::size_t output) {
  const Graph::Entry& entry = output_entry(model, output);
  return entry.name + " (" + entry.layer->describe() + ")";
}

// Labels and indices reach the Model as i32; everything else is converted to the Model's dtype.
void check_storage(const std::string& who, Field& field, Storage wanted) {
  const DType dtype = field.values.dtype();
  if (wanted == Storage::i32 && dtype == DType::u8 && !field.info.divisor) return make_whole(who, field);
  if ((dtype == DType::i32) == (wanted == Storage::i32) && wanted != Storage::u8) return;
  const std::string got = who + ": holds " + to_string(dtype) + (field.info.divisor ? " with a divisor" : "") + ", expected ";
  if (wanted == Storage::compute) throw ConfigError(got + "f32, f64 or u8. Convert it with Tensor::to(DType::f32).");
  if (wanted == Storage::u8) throw ConfigError(got + "u8 without conversion, which a Dataset cannot provide. Call Model::forward with it.");
  throw ConfigError(got + "whole numbers: i32, i64 or u8. " +
                    (dtype == DType::u8 ? "Leave FieldInfo::divisor out." : "Convert it with Tensor::to(DType::i32)."));
}

// Runs f and puts `name` in front of its error message: a loss or layer does not know which target or input it was given.
template <class E, class F>
auto naming(const std::string& name, F&& f) {
  try {
    return f();
  } catch (const E& error) {
    throw E(name + ": " + error.what());
  }
}

// Checks that every layer which reads this entry of the graph accepts its values.
void check_values(const std::string& name, const Graph& graph, std::size_t input, const ConstTensorView& values) {
  for (const Graph::Entry& entry : graph.entries()) {
    for (std::size_t i = 0; i < entry.inputs.size(); ++i) {
      if (entry.inputs[i] == input) naming<ConfigError>(name + " for " + entry.name, [&] { entry.layer->check_input(i, values); });
    }
  }
}

}  // namespace

void check_inputs(const std::string& who, const Model& model, Dataset& data) {
  const Graph& graph = model.graph();
  if (data.inputs().size() != graph.inputs().size()) {
    throw ShapeError(who + ": has " + count_of(data.inputs().size(), "input") + ", the graph has " + std::to_string(graph.inputs().size()) +
                     ". Give the Dataset one Field for each.");
  }
  for (std::size_t i = 0; i < data.inputs().size(); ++i) {
    const Graph::Entry& entry = graph.entries()[graph.inputs()[i]];
    const std::string name = who + ", input " + std::to_string(i);
    if (data.input_shape(i) != entry.plan.output) {
      throw ShapeError(name + ": samples have the shape " + to_string(data.input_shape(i)) + ", the graph's " + entry.name + " takes " +
                       to_string(entry.plan.output) + ". Reshape the data, or make the graph for this shape.");
    }
    check_storage(name, DatasetAccess::inputs(data)[i], entry.storage);
    check_values(name, graph, graph.inputs()[i], data.inputs()[i].values);
  }
}

void check_losses(const std::string& who, const Model& model, const Losses& losses) {
  if (losses.terms().empty()) throw ConfigError(who + ": no loss is given. Set one, for example weir::SoftmaxCrossEntropy().");
  const std::size_t outputs = model.graph().outputs().size();
  if (losses.terms().size() != outputs) {
    throw ConfigError(who + ": got " + std::to_string(losses.terms().size()) + (losses.terms().size() == 1 ? " loss" : " losses") +
                      ", the graph has " + count_of(outputs, "output") + ". Give one loss for each.");
  }
  for (const LossTerm& term : losses.terms()) {
    if (!std::isfinite(term.weight)) {
      throw ConfigError(who + ": the weight of " + term.loss->describe() + " is " + number_text(term.weight) +
                        ", expected a finite number.");
    }
    if (term.loss->runs_on(model.device())) continue;
    throw DeviceError(who + ": " + term.loss->describe() + " does not run on " + to_string(model.device()) +
                      ". Make the Model on another device.");
  }
}

void check_targets(const std::string& who, const Model& model, const Losses& losses, Dataset& data) {
  if (data.targets().size() != losses.terms().size()) {
    throw ShapeError(who + ": has " + count_of(data.targets().size(), "target") + ", the losses want " +
                     std::to_string(losses.terms().size()) + ". Give the Dataset one Field for each.");
  }
  for (std::size_t i = 0; i < losses.terms().size(); ++i) {
    const Loss& loss = *losses.terms()[i].loss;
    const Shape& output = output_entry(model, i).plan.output;
    const std::string name = who + ", target " + std::to_string(i) + " for " + output_name(model, i);
    const Shape shapes[] = {output, data.target_shape(i)};
    const LayerPlan plan = naming<ShapeError>(name, [&] { return loss.infer(shapes); });
    check_storage(name, DatasetAccess::targets(data)[i], plan.inputs.empty() ? Storage::compute : plan.inputs[1]);
    naming<ConfigError>(name, [&] { loss.check_targets(output, data.targets()[i].values); });
  }
}

void check_batches(const std::string& who, const Model& model, std::int64_t samples, std::int64_t batch, bool drop_last) {
  const std::string cut = with_commas(samples) + (samples == 1 ? " sample" : " samples") + " in batches of " + with_commas(batch);
  if (drop_last && samples < batch) {
    throw ConfigError(who + ": drop_last leaves nothing of " + cut + ". Choose a smaller batch, or keep the last one.");
  }
  const std::int64_t rest = samples % batch, smallest = rest == 0 || drop_last ? batch : rest;
  const Graph& graph = model.graph();
  for (std::size_t i = 0; i < graph.entries().size(); ++i) {
    const Graph::Entry& entry = graph.entries()[i];
    const std::int64_t least = entry.layer ? entry.layer->least_training_batch(graph.input_shapes(i)) : 0;
    if (smallest >= least) continue;
    throw ConfigError(who + ": " + entry.name + " (" + entry.layer->describe() + "): " + cut + " give it one of " +
                      std::to_string(smallest) + " to train on, expected " + std::to_string(least) + " or more. " +
                      (batch < least || samples < least ? "Choose a larger batch." : "Set drop_last, or choose another batch."));
  }
}

Dataset checked_output(const std::string& who, const Model& model, const Dataset& given, std::size_t output, Storage wanted) {
  Dataset data = with_info(given, model.data_info());
  check_inputs(who, model, data);
  const std::size_t outputs = model.graph().outputs().size();
  if (output >= outputs || output >= data.targets().size()) {
    throw ConfigError(who + ": output " + std::to_string(output) + " asked for, the graph has " + std::to_string(outputs) +
                      " and the data " + std::to_string(data.targets().size()) + " targets. Count from 0.");
  }
  check_storage(who + ", target " + std::to_string(output), DatasetAccess::targets(data)[output], wanted);
  return data;
}

Dataset checked_data(const std::string& who, const Model& model, const Losses& losses, const Dataset& given) {
  Dataset data = with_info(given, model.data_info());
  check_losses(who, model, losses);
  check_inputs(who, model, data);
  check_targets(who, model, losses, data);
  return data;
}

Dataset with_info(const Dataset& data, const DataInfo& known) {
  Dataset result = data;
  const auto complete = [](std::vector<Field>& fields, const std::vector<FieldInfo>& infos) {
    for (std::size_t i = 0; i < std::min(fields.size(), infos.size()); ++i) {
      FieldInfo& info = fields[i].info;
      if (!info.divisor) info.divisor = infos[i].divisor;
      if (info.image == Shape{}) info.image = infos[i].image;
      if (info.columns.empty()) info.columns = infos[i].columns;
      if (info.classes.empty()) info.classes = infos[i].classes;
    }
  };
  complete(DatasetAccess::inputs(result), known.inputs);
  complete(DatasetAccess::targets(result), known.targets);
  return result;
}

std::vector<Shape> target_shapes(const Dataset& data) {
  std::vector<Shape> shapes;
  for (std::size_t i = 0; i < data.targets().size(); ++i) shapes.push_back(data.target_shape(i));
  return shapes;
}

}  // namespace weir
