// Objects that were moved from: each is empty as its header says, or says so itself; assigned anew it works.

#include <doctest/doctest.h>

#include <functional>
#include <sstream>
#include <utility>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/data/loader.hpp>
#include <weir/formats/load.hpp>
#include <weir/formats/save.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/evaluate.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/predict.hpp>
#include <weir/training/step_lr.hpp>

#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

Dataset two_samples() { return Dataset(Tensor::from<float>({1, 2, 3, 4, 5, 6}, {2, 3}), Tensor::from<float>({1, 2}, {2, 1})); }
Model small_model() { return Model(sequential({3}, Dense(1)), {.max_batch = 2}); }
FitOptions options() { return {.loss = MeanSquaredError(), .optimizer = Adam({.lr = 0.1}), .batch = 2}; }

}  // namespace

TEST_CASE("lives: every function of a Model that was moved from throws and it may be assigned anew") {
  Model model = small_model();
  const Tensor x({2, 3}), y({2, 1});
  const ConstTensorView inputs[] = {x}, targets[] = {y};
  const Model other = std::move(model);
  std::vector<std::byte> bytes;
  const Dataset data = two_samples();
  const std::vector<std::function<void()>> uses = {
      [&] { model.graph(); },
      [&] { model.options(); },
      [&] { model.memory(); },
      [&] { model.parameters(); },
      [&] { model.states(); },
      [&] { model.parameter("0.weight"); },
      [&] { model.state("0.mean"); },
      [&] { model.parameter_arena(); },
      [&] { model.state_arena(); },
      [&] { std::as_const(model).parameter_arena(); },
      [&] { std::as_const(model).state_arena(); },
      [&] { std::as_const(model).parameter("0.weight"); },
      [&] { model.forward(x); },
      [&] { model.forward(inputs); },
      [&] { model.plan_training(MeanSquaredError(), {{1}}); },
      [&] { model.backward({.inputs = inputs, .targets = targets, .sample_weights = {}}); },
      [&] { model.loss(); },
      [&] { model.outputs(); },
      [&] { model.gradient_arena(); },
      [&] { model.gradient("0.weight"); },
      [&] { model.input_gradient(0); },
      [&] { model.commit(); },
      [&] { model.training_state(); },
      [&] { std::as_const(model).training_state(); },
      [&] { model.data_info(); },
      [&] { model.set_data_info({}); },
      [&] { model.activation("0"); },
      [&] { model.share(); },
      [&] { std::ostringstream() << model; },
      [&] { predict(model, x); },
      [&] { evaluate(model, data, MeanSquaredError()); },
      [&] { fit(model, data, options()); },
      [&] { save(model, bytes); },
  };
  for (std::size_t i = 0; i < uses.size(); ++i) {
    CAPTURE(i);
    CHECK_THROWS_WITH_AS(uses[i](), "model: was moved from and is empty. Use the Model that it was moved to, or assign another one.",
                         ConfigError);
  }
  model = small_model();
  CHECK(model.forward(x).shape() == Shape{2, 1});
  CHECK(bits(model.parameter_arena()) == bits(other.parameter_arena()));
}

TEST_CASE("lives: a Dataset or Field that was moved from is empty and says so") {
  Dataset data = two_samples();
  const Dataset other = std::move(data);
  const std::string empty = "dataset: was moved from and is empty. Use the Dataset that it was moved to, or assign another one.";
  Model model = small_model();
  const Snapshot before(model);
  CHECK_THROWS_WITH_AS(data.samples(), empty.c_str(), ConfigError);
  CHECK_THROWS_WITH_AS(data.input_shape(), empty.c_str(), ConfigError);
  CHECK_THROWS_WITH_AS(data.slice(0, 1), empty.c_str(), ConfigError);
  CHECK_THROWS_WITH_AS(Loader(data, Device::cpu(), DType::f32, 1), empty.c_str(), ConfigError);
  CHECK_THROWS_AS(data.target_shape(), ConfigError);
  CHECK_THROWS_AS(fit(model, data, options()), Error);
  CHECK_THROWS_AS(evaluate(model, data, MeanSquaredError()), Error);
  CHECK_THROWS_AS(predict(model, data), Error);
  CHECK(data.info() == DataInfo{});
  CHECK(Snapshot(model) == before);
  data = other;
  CHECK(data.samples() == 2);

  Field field = Tensor::from<float>({1, 2}, {2, 1});
  const Field taken = std::move(field);
  CHECK(field.values.empty());
  CHECK(taken.values.values<float>()[1] == 2);
  CHECK_THROWS_AS(Dataset(field, taken), ShapeError);
}

TEST_CASE("lives: a Loader that was moved from has no batches") {
  const Dataset data = two_samples();
  Loader loader(data, Device::cpu(), DType::f32, 1);
  Loader other = std::move(loader);
  CHECK(other.batches() == 2);
  CHECK(loader.batches() == 0);
  loader.shuffle(RandomKey(1));
  loader.in_order();
  CHECK_THROWS_AS(loader.load(context_for(Device::cpu()), 0), ConfigError);
  CHECK(other.load(context_for(Device::cpu()), 1).inputs[0].values<float>()[0] == 4);
}

TEST_CASE("lives: a Tensor that was moved from has no data") {
  Tensor tensor = Tensor::from<float>({1, 2}, {2});
  const Tensor other = std::move(tensor);
  CHECK(tensor.empty());
  CHECK(tensor.elements() == 0);
  CHECK(tensor.bytes() == 0);
  CHECK(tensor.values<float>().empty());
  CHECK(tensor.clone().empty());
  CHECK(tensor.to(DType::f64).empty());
  CHECK(tensor.to(Device::cpu()).empty());
  Model model = small_model();
  CHECK_THROWS_AS(model.forward(tensor), ShapeError);
  CHECK_THROWS_AS(Dataset(std::move(tensor), other.clone()), ShapeError);
}

TEST_CASE("lives: a Graph that was moved from is empty and refuses its old nodes") {
  Graph graph;
  const Node x = graph.input({3}), y = graph.add(Dense(2), {x});
  const Graph other = std::move(graph);
  CHECK_THROWS_AS(graph.add(Dense(2), {y}), ConfigError);
  CHECK_THROWS_AS(graph.output(y), ConfigError);
  CHECK_THROWS_AS(graph.shape(x), ConfigError);
  CHECK_THROWS_AS(graph.share_parameters(y, x), ConfigError);
  CHECK_THROWS_AS(Model{graph}, ConfigError);
  std::ostringstream text;
  text << graph;
  CHECK(text.str().find("0 parameters") != std::string::npos);
  CHECK(other.shape(y) == Shape{2});
}

TEST_CASE("lives: an optimizer or schedule or loss or open file that was moved from stays as it was") {
  AnyOptimizer optimizer = Adam({.lr = 0.5});
  const AnyOptimizer optimizer_taken = std::move(optimizer);
  CHECK(optimizer->learning_rate() == 0.5);
  AnySchedule schedule = StepLR({.step_size = 3});
  const AnySchedule schedule_taken = std::move(schedule);
  CHECK(schedule->type() == "StepLR");
  LossTerm term = MeanSquaredError();
  const LossTerm term_taken = std::move(term);
  const Losses losses{term};
  CHECK(losses.terms()[0].loss->type() == "mean_squared_error");

  Model model = small_model();
  std::vector<std::byte> bytes;
  save(model, bytes);
  TensorFile file(bytes);
  const TensorFile file_taken = std::move(file);
  CHECK(file.name() == "(memory)");
  CHECK(file.read("0.weight").shape() == Shape{1, 3});

  FitOptions given = options();
  const FitOptions taken = std::move(given);
  CHECK_THROWS_AS(fit(model, two_samples(), given), ConfigError);  // its losses are gone
  fit(model, two_samples(), taken);
}
