#include <cmath>
#include <locale>
#include <sstream>
#include <string>
#include <weir/core/error.hpp>
#include <weir/training/gradcheck.hpp>

#include "core/cpu/standard_floats.hpp"
#include "training/diagnostics/gradcheck_layers.hpp"
#include "training/diagnostics/gradcheck_run.hpp"

namespace weir {
namespace {

// "gradcheck: batch is 0, expected at least 1. Give it a sample."
template <class Number>
void require(bool holds, const char* option, Number got, const char* expected) {
  if (holds) return;
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << "gradcheck: " << option << " is " << got << ", expected " << expected;
  throw ConfigError(text.str());
}

void check_options(const GradcheckOptions& o) {
  const auto positive = [](double number) { return number > 0 && std::isfinite(number); };
  require(o.batch >= 1, "batch", o.batch, "at least 1. Give it a sample.");
  require(std::isfinite(o.low), "low", o.low, "a finite number below high. Give a range that suits the layer.");
  require(o.high > o.low && std::isfinite(o.high - o.low), "high", o.high, "a finite number above low. Give a range that suits the layer.");
  require(o.indices >= 1, "indices", o.indices, "at least 1. Give the number of values of an index input.");
  require(positive(o.h), "h", o.h, "a positive number. Use 1e-3 to 1e-2.");
  require(positive(o.tolerance), "tolerance", o.tolerance, "a positive number. Use 1e-10.");
  require(positive(o.two_point_tolerance), "two_point_tolerance", o.two_point_tolerance, "a positive number. Use 1e-7.");
  require(o.max_entries >= 0, "max_entries", o.max_entries, "0 (all) or more. Use 0.");
  require(o.draws >= 1, "draws", o.draws, "at least 1. Use 4.");
  require(o.max_skipped >= 0 && o.max_skipped < 1, "max_skipped", o.max_skipped, "a share from 0 to below 1. Use 0.1.");
}

// To check a loss: a graph that copies its input, so that the loss is all that there is to differentiate.
Graph graph_before_loss(const std::shared_ptr<const Loss>& loss, const std::vector<Shape>& inputs, GradcheckOptions& options) {
  if (inputs.size() != 2) {
    throw ConfigError("gradcheck: got " + std::to_string(inputs.size()) + " shapes for " + loss->describe() +
                      ", expected 2: an output's and its target's.");
  }
  if (!options.loss.terms().empty()) {
    throw ConfigError("gradcheck: got " + loss->describe() + " and a loss in the options, expected one loss. Leave the option out.");
  }
  LossTerm term{ProjectionLoss()};
  term.loss = loss;
  options.loss = {term};
  options.targets = {inputs[1]};
  return sequential(inputs[0], Rescale(1));
}

// The dtype that a layer expects of each input. A ShapeError is ignored here: Graph::add throws it again, with the layer's name.
std::vector<Storage> input_storage(const Layer& layer, const std::vector<Shape>& inputs) {
  std::vector<Storage> storage;
  try {
    storage = layer.infer(inputs).inputs;
  } catch (const ShapeError&) {
  }
  storage.resize(inputs.size(), Storage::compute);
  return storage;
}

// The layer, named "0", between Rescale layers, so that its input and output are memory that the Model reuses (see Rescale).
Graph graph_around_layer(const std::shared_ptr<const Layer>& layer, const std::vector<Shape>& inputs) {
  Graph graph;
  const std::vector<Storage> storage = input_storage(*layer, inputs);
  std::vector<Node> nodes;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string name = "input" + (i == 0 ? "" : "_" + std::to_string(i));
    const Node input = graph.input(inputs[i], storage[i], name);
    nodes.push_back(storage[i] == Storage::compute ? graph.add(Rescale(1), {input}, name + "_copy") : input);
  }
  graph.output(graph.add(Rescale(2), {graph.add_layer(layer, nodes, "0")}, "1"));
  return graph;
}

}  // namespace

GradcheckReport gradcheck(const Graph& graph, const GradcheckOptions& options) {
  const cpu::StandardFloats standard;
  check_options(options);
  return GradcheckRun(graph, options).run();
}

GradcheckReport gradcheck_layer(std::shared_ptr<const Layer> layer, const std::vector<Shape>& inputs, const GradcheckOptions& options) {
  const cpu::StandardFloats standard;
  if (!layer) throw ConfigError("gradcheck: got no layer. Pass one.");
  GradcheckOptions own = options;
  own.zeros = options.zeros.value_or(true);
  if (const auto loss = std::dynamic_pointer_cast<const Loss>(layer)) return gradcheck(graph_before_loss(loss, inputs, own), own);
  return gradcheck(graph_around_layer(layer, inputs), own);
}

}  // namespace weir
