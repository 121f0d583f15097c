// Freezing and weights against PyTorch: tests/reference/details.txt, made by make_details.py beside it.

#include <doctest/doctest.h>

#include <string>
#include <vector>
#include <weir/layers/binary_cross_entropy_with_logits.hpp>
#include <weir/training/adamw.hpp>
#include <weir/training/evaluate.hpp>
#include <weir/training/fit.hpp>

#include "tests/support/reference.hpp"
#include "tests/training/optimizers/all_optimizers.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

const Reference& reference() {
  static const Reference loaded(WEIR_TEST_REFERENCE "/details.txt");
  return loaded;
}

Tensor block(const std::string& name, DType dtype = DType::f64) {
  const Reference::Array& array = reference().array(name);
  return tensor(array.values, Shape(std::span<const std::int64_t>(array.extents)), dtype);
}

// Each parameter of a Model is that of the reference under this name.
void check_parameters(const Model& model, const std::string& what) {
  for (const ArenaEntry& entry : model.parameters()) {
    CAPTURE(entry.name);
    CHECK(worst_error(numbers(model.parameter(entry.name)), reference().array(what + "." + entry.name).values) < 1e-12);
  }
}

}  // namespace

TEST_CASE("pytorch: what is frozen has no decay and no moment and is in no norm") {
  const std::vector<std::pair<std::string, AnyOptimizer>> cases = {
      {"sgd", SGD({.lr = 0.1, .momentum = 0.9, .weight_decay = 0.1})},
      {"sgd_clipped", SGD({.lr = 0.1, .momentum = 0.9, .weight_decay = 0.1, .nesterov = true})},
      {"adam_clipped", Adam({.lr = 0.05, .weight_decay = 0.1})},
      {"adamw", AdamW({.lr = 0.05, .weight_decay = 0.1})}};
  const Dataset data(block("x"), block("values"));
  for (const auto& entry : cases) {
    const std::string name = "frozen." + entry.first;
    CAPTURE(name);
    Model model(sequential({3}, Dense(4), Tanh(), Dense(2)), {.dtype = DType::f64});
    for (const ArenaEntry& parameter : model.parameters()) copy(block("start." + parameter.name), model.parameter(parameter.name));
    FitOptions options{.loss = MeanSquaredError(),
                       .optimizer = entry.second,
                       .groups = {{.names = "0.*", .frozen = true}},
                       .epochs = 5,
                       .batch = 8,
                       .shuffle = false};
    options.clip.global_norm = reference().number(name + ".clip", GradientClip::none);
    fit(model, data, options);
    check_parameters(model, name + ".frozen");
    const ArenaEntry& first = model.parameters()[0];
    for (const Moment& moment : model.training_state().optimizer.moments) {
      for (const double value : numbers(moment.values.view().rows(first.offset, first.shape.elements()))) CHECK(value == 0);
    }
    if (!reference().has_array(name + ".freed.0.weight")) continue;
    options.groups = {};
    options.epochs = 3;
    fit(model, data, options);
    check_parameters(model, name + ".freed");
  }
}

TEST_CASE("pytorch: several weighted losses with class weights and pos_weight and sample weights") {
  Graph graph;
  const Node hidden = graph.add(Tanh(), {graph.add(Dense(4), {graph.input({3})}, "trunk")});
  graph.output(graph.add(Dense(3), {hidden}, "classes"));
  graph.output(graph.add(Dense(2), {hidden}, "numbers"));
  graph.output(graph.add(Dense(2), {hidden}, "shares"));
  Model model(graph, {.dtype = DType::f64});
  for (const ArenaEntry& entry : model.parameters()) copy(block("weighted." + entry.name), model.parameter(entry.name));

  const auto values = [](const std::string& name) { return reference().array("weighted." + name).values; };
  const std::vector<double> weights = values("weights");
  const Losses losses = {{SoftmaxCrossEntropy({.weight = values("class_weights")}), weights[0]},
                         {MeanSquaredError(), weights[1]},
                         {BinaryCrossEntropyWithLogits({.pos_weight = values("pos_weight")}), weights[2]}};
  model.plan_training(losses, {Shape{}, Shape{2}, Shape{2}});
  const Tensor x = block("x"), labels = block("weighted.labels", DType::i32), numbers_ = block("values"), shares = block("weighted.shares"),
               all = block("weighted.sample_weights");
  const ConstTensorView rows = all.view().reshaped({24});
  const ConstTensorView inputs[] = {x}, targets[] = {labels, numbers_, shares},
                        sample_weights[] = {rows.rows(0, 8), rows.rows(8, 8), rows.rows(16, 8)};
  model.backward({.inputs = inputs, .targets = targets, .sample_weights = sample_weights});
  CHECK(std::abs(model.loss() - values("loss")[0]) < 1e-12);
  for (const ArenaEntry& entry : model.parameters()) {
    CAPTURE(entry.name);
    CHECK(worst_error(numbers(model.gradient(entry.name)), values("gradient." + entry.name)) < 1e-12);
  }
}
