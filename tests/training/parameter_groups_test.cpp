#include "training/parameter_groups.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>
#include <weir/training/adamw.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/step.hpp>
#include <weir/training/step_lr.hpp>

#include "tests/training/diagnostics/probe_layers.hpp"
#include "tests/training/optimizers/all_optimizers.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// One step with gradient(i) as every element of the gradient of parameter i.
template <class F>
void step_with(F gradient, Model& model, const Optimizer& optimizer, const StepOptions& options) {
  const Dataset data = curve(4);
  model.plan_training(MeanSquaredError(), {Shape{1}});
  const ConstTensorView x[] = {data.inputs()[0].values}, t[] = {data.targets()[0].values};
  model.backward({.inputs = x, .targets = t, .sample_weights = {}});
  for (std::size_t i = 0; i < model.parameters().size(); ++i) {
    const ArenaEntry& entry = model.parameters()[i];
    fill(model.gradient_arena().rows(entry.offset, entry.shape.elements()), gradient(i));
  }
  step(model, optimizer, options);
}

void step_with_ones(Model& model, const Optimizer& optimizer, const StepOptions& options) {
  step_with([](std::size_t) { return 1.0; }, model, optimizer, options);
}

std::vector<double> after_one_step(const std::string& name, const Optimizer& optimizer, std::vector<ParameterGroup> groups) {
  Model model = regression();
  for (const ArenaEntry& entry : model.parameters()) fill(model.parameter(entry.name), 2);
  step_with_ones(model, optimizer, {.groups = std::move(groups), .clip = {}});
  return numbers(model.parameter(name));
}

std::string refused(std::vector<ParameterGroup> groups, const Optimizer& optimizer = SGD()) {
  Model model = regression();
  const Snapshot before(model);
  std::string message;
  try {
    fit(model, curve(8), {.loss = MeanSquaredError(), .optimizer = SGD(), .groups = groups});
    step_with_ones(model, optimizer, {.groups = groups, .clip = {}});
  } catch (const ConfigError& error) {
    message = error.what();
  }
  if (message.starts_with("fit: ")) CHECK(Snapshot(model) == before);
  return message;
}

// An optimizer without weight decay.
class Plain : public Optimizer {
 public:
  std::string type() const override { return "plain"; }
  Config config() const override { return {}; }
  std::vector<std::string> moments() const override { return {}; }
  double learning_rate() const override { return 1; }
  void update(const Context&, const UpdateArgs&) const override {}
};

}  // namespace

TEST_CASE("parameter groups: names match with stars and question marks") {
  CHECK(matches("", ""));
  CHECK(matches("*", ""));
  CHECK(matches("*", "0.weight"));
  CHECK(matches("0.weight", "0.weight"));
  CHECK(matches("*.bias", "encoder.3.bias"));
  CHECK(matches("0.*", "0.weight"));
  CHECK(matches("?.weight", "7.weight"));
  CHECK(matches("*e*e*", "seven"));
  CHECK_FALSE(matches("", "0"));
  CHECK_FALSE(matches("?.weight", "17.weight"));
  CHECK_FALSE(matches("0.*", "10.weight"));
  CHECK_FALSE(matches("*.bias", "0.bias.extra"));
  CHECK_FALSE(matches("0.weight", "0.weights"));
}

TEST_CASE("parameter groups: a rate and a decay of their own and the options of the optimizer for the others") {
  const SGD sgd({.lr = 0.5, .weight_decay = 0.25});  // w = 2 - lr (1 + decay 2)
  const std::vector<ParameterGroup> groups = {
      {.names = "0.bias", .lr = 0.125}, {.names = "*.bias", .weight_decay = 0.5}, {.names = "2.*", .lr = 0}};
  CHECK(after_one_step("0.weight", sgd, groups) == std::vector<double>(12, 1.25));
  CHECK(after_one_step("0.bias", sgd, groups) == std::vector<double>(4, 1.8125));
  CHECK(after_one_step("2.bias", sgd, groups) == std::vector<double>{1});  // the second group is the first that matches
  CHECK(after_one_step("2.weight", sgd, groups) == std::vector<double>(4, 2));
  CHECK(after_one_step("0.weight", sgd, {vectors_without_decay()}) == std::vector<double>(12, 1.25));
  CHECK(after_one_step("0.bias", sgd, {vectors_without_decay()}) == std::vector<double>(4, 1.5));
  CHECK(after_one_step("0.weight", AdamW({.lr = 0.5, .weight_decay = 0.5}), {{.weight_decay = 0}})[0] == doctest::Approx(1.5));
}

// BadLoss(1) has gradients of 0, so every step is w = w (1 - rate weight_decay), with the rate of the schedule and of the group.
TEST_CASE("parameter groups: a decay apart from the gradient follows the schedule and the rate of its group") {
  for (const AnyOptimizer& optimizer :
       {AnyOptimizer(AdamW({.lr = 0.5, .weight_decay = 0.5})), AnyOptimizer(AdamW({.lr = 0.5, .weight_decay = 0.5, .amsgrad = true})),
        AnyOptimizer(Lion({.lr = 0.5, .weight_decay = 0.5}))}) {
    CAPTURE(optimizer->describe());
    Model model = regression();
    for (const ArenaEntry& entry : model.parameters()) fill(model.parameter(entry.name), 8);
    fit(model, curve(4),
        {.loss = BadLoss(1),
         .optimizer = optimizer,
         .groups = {{.names = "0.bias", .lr = 1},
                    {.names = "2.weight", .weight_decay = 1},
                    {.names = "2.bias", .lr = 1, .weight_decay = 0}},
         .schedule = StepLR({.step_size = 1, .gamma = 0.5}),
         .epochs = 2,
         .batch = 4});
    CHECK(numbers(model.parameter("0.weight")) == std::vector<double>(12, 8 * (1 - 0.5 * 0.5) * (1 - 0.25 * 0.5)));
    CHECK(numbers(model.parameter("0.bias")) == std::vector<double>(4, 8 * (1 - 1 * 0.5) * (1 - 0.5 * 0.5)));
    CHECK(numbers(model.parameter("2.weight")) == std::vector<double>(4, 8 * (1 - 0.5 * 1) * (1 - 0.25 * 1)));
    CHECK(numbers(model.parameter("2.bias")) == std::vector<double>{8});
  }
}

TEST_CASE("parameter groups: neighbours with equal options are updated in one call") {
  const Model model = regression();
  const SGD sgd;
  CHECK(ParameterGroups("test", model, sgd, {}).segments().size() == 1);
  const ParameterGroup first[] = {{.names = "0.*", .lr = 0.5}};
  const ParameterGroups halves("test", model, sgd, first);
  REQUIRE(halves.segments().size() == 2);
  CHECK(halves.segments()[0].offset == 0);
  CHECK(halves.segments()[1].offset + halves.segments()[1].count == model.parameter_arena().elements());
  CHECK(halves.segments()[0].count == halves.segments()[1].offset);
  const ParameterGroup frozen[] = {{.names = "0.bias", .frozen = true}};
  CHECK(ParameterGroups("test", model, sgd, frozen).segments().size() == 2);
  CHECK(ParameterGroups("test", model, sgd, frozen).parameters().size() == 3);
}

TEST_CASE("parameter groups: the training state holds what became of each parameter") {
  Model model = regression();
  CHECK(model.training_state().parameters.empty());
  ParameterGroup matrices{.lr = 0.25, .l2 = 0.125, .max_norm = 3};
  matrices.when = [](const ArenaEntry& entry) { return entry.shape.rank() == 2; };
  fit(model, curve(8),
      {.loss = MeanSquaredError(),
       .optimizer = SGD(),
       .groups = {{.names = "2.weight", .frozen = true}, matrices, {.names = "2.*", .weight_decay = 0, .l1 = 0.5}}});
  const std::vector<ParameterOptions> expected = {{.name = "0.weight", .lr = 0.25, .weight_decay = {}, .l2 = 0.125, .max_norm = 3},
                                                  {.name = "0.bias", .lr = {}, .weight_decay = {}},
                                                  {.name = "2.weight", .lr = {}, .weight_decay = {}, .frozen = true},
                                                  {.name = "2.bias", .lr = {}, .weight_decay = 0, .l1 = 0.5}};
  CHECK((model.training_state().parameters == expected));
  step_with_ones(model, SGD(), {});
  CHECK((model.training_state().parameters[2] == ParameterOptions{.name = "2.weight", .lr = {}, .weight_decay = {}}));
}

// w = 2 - lr g for every element, wherever the calls of the optimizer split the arena.
TEST_CASE("parameter groups: a large parameter begins a call and nothing is left out or taken from elsewhere") {
  Model model(sequential({3}, Dense(400), Dense(400), ReLU(), Dense(400), Dense(1)), {.dtype = DType::f64});
  REQUIRE(ParameterGroups("test", model, SGD(), {}).segments().size() == 3);
  for (const ArenaEntry& entry : model.parameters()) fill(model.parameter(entry.name), 2);
  step_with([](std::size_t i) { return static_cast<double>(i + 1); }, model, SGD({.lr = 0.5}), {.groups = {}, .clip = {}});
  for (std::size_t i = 0; i < model.parameters().size(); ++i) {
    const ArenaEntry& entry = model.parameters()[i];
    const std::vector<double> expected(static_cast<std::size_t>(entry.shape.elements()), 2 - 0.5 * static_cast<double>(i + 1));
    CHECK(numbers(model.parameter(entry.name)) == expected);
  }
}

TEST_CASE("parameter groups: what is frozen keeps its bits and the rest learns") {
  for (const AnyOptimizer& optimizer : all_optimizers()) {
    CAPTURE(optimizer->describe());
    Model model = regression(), free = regression();
    const auto first = bits(model.parameter("0.weight")), last = bits(model.parameter("2.weight"));
    FitOptions options{.loss = MeanSquaredError(), .optimizer = optimizer, .epochs = 2, .batch = 8};
    fit(free, curve(20), options);
    options.groups = {{.names = "0.*", .frozen = true}};
    fit(model, curve(20), options);
    CHECK(bits(model.parameter("0.weight")) == first);
    CHECK(bits(model.parameter("2.weight")) != last);
    CHECK(bits(free.parameter("0.weight")) != first);
    options.groups = {{.frozen = true}};
    const auto all = bits(model.parameter_arena());
    fit(model, curve(20), options);
    CHECK(bits(model.parameter_arena()) == all);
  }
}

// PyTorch counts updates for each parameter, a Model for all together, so Adam corrects the moments of a parameter that was frozen less.
TEST_CASE("parameter groups: what is freed takes its first step at the count of the others") {
  Model model = regression();
  const Adam adam({.lr = 0.5, .eps = 1e-300});
  for (int i = 0; i < 4; ++i) step_with_ones(model, adam, {.groups = {{.names = "0.*", .frozen = true}}, .clip = {}});
  const double before = numbers(model.parameter("0.bias"))[0];
  step_with_ones(model, adam, {});
  const double mean = 0.1 / (1 - std::pow(0.9, 5)), square = 0.001 / (1 - std::pow(0.999, 5));
  CHECK(before - numbers(model.parameter("0.bias"))[0] == doctest::Approx(0.5 * mean / std::sqrt(square)).epsilon(1e-13));
}

TEST_CASE("parameter groups: a group with the same options as the optimizer changes no bit") {
  for (const AnyOptimizer& optimizer : all_optimizers()) {
    CAPTURE(optimizer->describe());
    Model plain = regression(), grouped = regression();
    FitOptions options{.loss = MeanSquaredError(), .optimizer = optimizer, .epochs = 3, .batch = 8};
    fit(plain, curve(30), options);
    options.groups = {{.names = "*.bias", .lr = optimizer->learning_rate()},
                      {.names = "0.weight", .weight_decay = optimizer->config().number("weight_decay")}};
    fit(grouped, curve(30), options);
    CHECK(Snapshot(plain) == Snapshot(grouped));
  }
}

TEST_CASE("parameter groups: what makes no sense is refused before anything changes") {
  CHECK(refused({{.names = "*.bais"}}) ==
        "fit: group 0: no parameter is called '*.bais', the Model has 0.weight, 0.bias, 2.weight, 2.bias. Correct its names.");
  CHECK(refused({{.names = "*"}, {.lr = -1}}) == "fit: group 1: lr is -1, expected a finite number, 0 or more.");
  CHECK(refused({{.weight_decay = -1}}) == "fit: group 0: sgd: weight_decay is -1, expected a finite number, 0 or more.");
  CHECK(refused({{.l1 = std::numeric_limits<double>::quiet_NaN()}}) == "fit: group 0: l1 is nan, expected a finite number, 0 or more.");
  CHECK(refused({{.l2 = -2}}) == "fit: group 0: l2 is -2, expected a finite number, 0 or more.");
  CHECK(refused({{.max_norm = 0}}) == "fit: group 0: max_norm is 0, expected a number above 0.");
  CHECK(refused({{.weight_decay = 0.5}}, Plain()) == "step: group 0: sets weight_decay, plain has none. Leave it out.");
}

TEST_CASE("parameter groups: an update that overflows in a group is undone") {
  Model model = regression({.dtype = DType::f32});
  for (const ArenaEntry& entry : model.parameters()) fill(model.parameter(entry.name), 2);
  const Dataset data = curve(4, 3, DType::f32);
  const Snapshot before(model);
  FitOptions options{.loss = MeanSquaredError(),
                     .optimizer = SGD(),
                     .groups = {{.names = "2.bias", .weight_decay = 3e38}, {.names = "0.bias", .lr = 1e38}}};
  CHECK_THROWS_AS(fit(model, data, options), NumericError);
  CHECK(Snapshot(model).parameters == before.parameters);
}

TEST_CASE("parameter groups: a shared parameter belongs to the group of any of its names") {
  Graph graph;
  const Node first = graph.add(Dense(3), {graph.input({3})}, "first"), second = graph.add(Dense(3), {first}, "second");
  graph.share_parameters(second, first, "weight");
  graph.output(second);
  Model model(std::move(graph));
  const auto before = bits(model.parameter("first.weight"));
  const Tensor x = tensor({1, 2, 3}, Shape{1, 3}, DType::f32), y = tensor({1, 0, 2}, Shape{1, 3}, DType::f32);
  fit(model, Dataset(x.clone(), y.clone()),
      {.loss = MeanSquaredError(),
       .optimizer = SGD({.lr = 0.1}),
       .groups = {{.names = "second.weight", .frozen = true}},
       .epochs = 1,
       .batch = 1});
  CHECK(bits(model.parameter("first.weight")) == before);
  CHECK(numbers(model.parameter("first.bias")) != std::vector<double>(3));
}

TEST_CASE("parameter groups: the elements between parameters stay zero in every arena with every option") {
  for (const AnyOptimizer& optimizer :
       {AnyOptimizer(AdamW({.lr = 0.1, .weight_decay = 0.1})), AnyOptimizer(SGD({.lr = 0.1, .momentum = 0.9})),
        AnyOptimizer(Lion({.lr = 0.1, .weight_decay = 0.1}))}) {
    Model model = classifier({.max_batch = 8});
    fit(model, blobs(24),
        {.loss = SoftmaxCrossEntropy(),
         .optimizer = optimizer,
         .groups = {{.names = "0.*", .l1 = 0.1, .l2 = 0.1}, {.names = "*", .max_norm = 0.5}},
         .clip = {.global_norm = 0.5},
         .epochs = 3,
         .batch = 8});
    std::vector<bool> used(static_cast<std::size_t>(model.parameter_arena().elements()));
    for (const ArenaEntry& entry : model.parameters()) std::fill_n(used.begin() + entry.offset, entry.shape.elements(), true);
    const auto check = [&](const ConstTensorView& arena) {
      const std::vector<double> values = numbers(arena);
      REQUIRE(values.size() == used.size());
      std::size_t between = 0;
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (used[i]) continue;
        ++between;
        CHECK(values[i] == 0);
      }
      CHECK(between == 13);  // behind the 3 numbers of 2.bias: each block begins on a line of 16 floats
    };
    check(model.parameter_arena());
    check(model.gradient_arena());
    for (const Moment& moment : model.training_state().optimizer.moments) check(moment.values);
  }
}
