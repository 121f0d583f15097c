#include <doctest/doctest.h>

#include <stdexcept>
#include <weir/core/threads.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/sgd.hpp>

#include "tests/training/optimizers/all_optimizers.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

FitOptions adam_options(std::int64_t epochs) {
  return {.loss = SoftmaxCrossEntropy(), .optimizer = Adam({.lr = 0.01}), .epochs = epochs, .batch = 8};
}

}  // namespace

TEST_CASE("fit: two fits are one longer fit to the bit") {
  const Dataset data = blobs(37);
  for (const AnyOptimizer& optimizer : all_optimizers()) {
    CAPTURE(optimizer->describe());
    Model once = classifier(), twice = classifier();
    FitOptions options = adam_options(5);
    options.optimizer = optimizer;
    fit(once, data, options);
    options.epochs = 2;
    fit(twice, data, options);
    options.epochs = 3;
    fit(twice, data, options);
    CHECK(Snapshot(once) == Snapshot(twice));
  }
}

TEST_CASE("fit: an optimizer of another type begins anew and one with other options goes on") {
  const Dataset data = blobs(37);
  const SGD momentum({.lr = 0.05, .momentum = 0.9, .dampening = 0.5});
  Model changed = classifier(), fresh = classifier();
  fit(changed, data, adam_options(1));
  CHECK(changed.training_state().optimizer.moments.size() == 2);
  copy(changed.parameter_arena(), fresh.parameter_arena());
  fresh.training_state().epochs = 1;
  FitOptions options = adam_options(2);
  options.optimizer = momentum;
  fit(changed, data, options);
  fit(fresh, data, options);
  CHECK(bits(changed.parameter_arena()) == bits(fresh.parameter_arena()));
  CHECK(changed.training_state().optimizer.moments.size() == 1);
  CHECK(changed.training_state().step == 15);

  // In the first step b = d, later b = 0.9 b + 0.5 d: a third fit with another rate must continue the moments, not start anew.
  Model slow = classifier();
  fit(slow, data, options);
  const auto moment = numbers(slow.training_state().optimizer.moments[0].values);
  options.optimizer = SGD({.lr = 0, .momentum = 0.9, .dampening = 0.5});
  options.epochs = 1;
  options.batch = 37;
  fit(slow, data, options);
  const auto gradient = numbers(slow.gradient("0.bias")), now = numbers(slow.training_state().optimizer.moments[0].values);
  const auto offset = static_cast<std::size_t>(slow.parameters()[1].offset);
  REQUIRE(slow.parameters()[1].name == "0.bias");
  for (std::size_t i = 0; i < gradient.size(); ++i)
    CHECK(std::abs(now[offset + i] - (0.9 * moment[offset + i] + 0.5 * gradient[i])) < 1e-7);
}

TEST_CASE("fit: an optimizer that keeps other moments begins anew though its type is the same") {
  const Dataset data = blobs(37);
  const AnyOptimizer pairs[][2] = {{SGD({.lr = 0.05}), SGD({.lr = 0.05, .momentum = 0.9, .dampening = 0.5})},
                                   {SGD({.lr = 0.05, .momentum = 0.9}), SGD({.lr = 0.05})},
                                   {Adam(), Adam({.amsgrad = true})},
                                   {RMSprop({.momentum = 0.5}), RMSprop({.centered = true})}};  // equally many moments with other names
  for (const auto& [first, second] : pairs) {
    const std::string description = second->describe();
    CAPTURE(description);
    Model changed = classifier(), fresh = classifier();
    FitOptions options = adam_options(1);
    options.optimizer = first;
    fit(changed, data, options);
    copy(changed.parameter_arena(), fresh.parameter_arena());
    fresh.training_state().epochs = 1;
    options.optimizer = second;
    fit(changed, data, options);
    fit(fresh, data, options);
    CHECK(bits(changed.parameter_arena()) == bits(fresh.parameter_arena()));
    CHECK(changed.training_state().optimizer.first_step == 5);
    CHECK(changed.training_state().optimizer.moments.size() == second->moments().size());
  }
}

TEST_CASE("fit: the training state says which optimizer took the last step and since when") {
  const Dataset data = blobs(37);
  Model model = classifier();
  const OptimizerState& state = model.training_state().optimizer;
  CHECK(state.type.empty());
  fit(model, data, adam_options(1));
  CHECK(state.type == "adam");
  CHECK(state.config == Adam({.lr = 0.01}).config());
  CHECK(state.first_step == 0);
  REQUIRE(state.moments.size() == 2);
  CHECK(state.moments[1].name == "exp_avg_sq");
  CHECK(state.moments[1].values.shape() == model.parameter_arena().shape());
  FitOptions options = adam_options(1);
  options.optimizer = Adam({.lr = 0.5, .beta1 = 0.5});
  fit(model, data, options);
  CHECK(state.config == Adam({.lr = 0.5, .beta1 = 0.5}).config());
  CHECK(state.first_step == 0);
  options.optimizer = SGD();
  fit(model, data, options);
  CHECK(state.type == "sgd");
  CHECK(state.first_step == 10);
  CHECK(state.moments.empty());
}

TEST_CASE("fit: a step that fails leaves the training state as it was") {
  const Dataset data = blobs(37);
  Model model = classifier();
  fit(model, data, adam_options(1));
  const Snapshot before(model);
  FitOptions options = adam_options(1);
  options.optimizer = SGD({.lr = 1e300});
  options.groups = {{.names = "*.bias", .l2 = 0.5}};
  CHECK_THROWS_AS(fit(model, data, options), NumericError);
  CHECK(model.training_state().step == before.step);
  CHECK(model.training_state().optimizer.type == "adam");
  CHECK(model.training_state().optimizer.moments.size() == 2);
  CHECK(model.training_state().parameters[1].l2 == 0);
}

TEST_CASE("fit: equal bits for any number of threads and any run and fused or literal") {
  const Dataset data = blobs(150, 70, 10);
  const auto train = [&](int threads, bool fuse, const AnyOptimizer& optimizer) {
    set_num_threads(threads);
    Model model(sequential({70}, Dense(150), ReLU(), Dense(90), ReLU(), Dense(10)),
                {.max_batch = 64, .seed = 7, .fuse = fuse, .reuse_memory = fuse});
    fit(model, data, {.loss = SoftmaxCrossEntropy(), .optimizer = optimizer, .epochs = 2, .batch = 64, .validation = &data});
    return Snapshot(model);
  };
  const int before = num_threads();
  const Snapshot one = train(1, true, Adam());
  for (const int threads : {1, 2, 3, 4}) {
    CAPTURE(threads);
    CHECK(train(threads, true, Adam()) == one);
    CHECK(train(threads, false, Adam()) == one);
  }
  for (const AnyOptimizer& optimizer :
       {AnyOptimizer(SGD({.lr = 0.1})), AnyOptimizer(SGD({.lr = 0.01, .momentum = 0.9, .nesterov = true}))}) {
    CHECK(train(3, true, optimizer) == train(1, false, optimizer));
  }
  set_num_threads(before);
}

TEST_CASE("fit: a callback stops after its step or its epoch") {
  const Dataset data = blobs(40);
  Model model = classifier();
  FitOptions options = adam_options(9);
  options.validation = &data;
  options.on_step = [](const StepReport& report) { return report.total_steps == 7 ? Control::stop : Control::go_on; };
  int epochs = 0;
  options.on_epoch = [&](const EpochReport&) {
    ++epochs;
    return Control::go_on;
  };
  const History history = fit(model, data, options);
  CHECK(history.stopped);
  CHECK(model.training_state().step == 7);
  REQUIRE(history.epochs.size() == 2);
  CHECK(history.epochs[1].samples == 16);  // two of five batches
  CHECK_FALSE(history.epochs[1].validation_loss.has_value());
  CHECK(epochs == 1);

  options.on_step = {};
  options.on_epoch = [](const EpochReport& report) { return report.epoch == 2 ? Control::stop : Control::go_on; };
  const History second = fit(model, data, options);
  CHECK(second.stopped);
  CHECK(second.epochs.size() == 2);
  CHECK(second.epochs[1].validation_loss.has_value());
}

TEST_CASE("fit: a callback that throws leaves the Model as the step before it made it") {
  const Dataset data = blobs(40);
  Model thrown = classifier(), stopped = classifier();
  FitOptions options = adam_options(2);
  options.on_step = [](const StepReport& report) -> Control {
    if (report.total_steps == 3) throw std::runtime_error("enough");
    return Control::go_on;
  };
  CHECK_THROWS_WITH_AS(fit(thrown, data, options), "enough", std::runtime_error);
  options.on_step = [](const StepReport& report) { return report.total_steps == 3 ? Control::stop : Control::go_on; };
  fit(stopped, data, options);
  CHECK(Snapshot(thrown) == Snapshot(stopped));
  options.on_step = {};
  fit(thrown, data, options);
  fit(stopped, data, options);
  CHECK(Snapshot(thrown) == Snapshot(stopped));
}
