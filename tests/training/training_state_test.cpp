#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/core/threads.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/fit.hpp>

#include "tests/support/passing_layer.hpp"
#include "tests/training/callbacks/recorder.hpp"
#include "tests/training/diagnostics/probe_layers.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("training state: within an epoch it holds the place and partial sums and between epochs none") {
  Model model = classifier();
  FitOptions options = options_with({});
  options.on_step_every = 2;
  double loss_sum = 0;
  options.on_step = [&](const StepReport& report) {
    const TrainingState& state = model.training_state();
    CHECK(state.epochs + 1 == static_cast<std::uint64_t>(report.epoch));
    CHECK(state.running.steps == report.step);
    CHECK(state.running.samples == (report.step == 5 ? 37 : 8 * report.step));
    CHECK(state.running.loss_sum / static_cast<double>(state.running.samples) == report.epoch_loss);
    CHECK(state.running.accuracy.counted == state.running.samples);
    CHECK(*state.running.accuracy.fraction() == *report.accuracy);
    CHECK(state.running.seconds == report.seconds);
    CHECK(state.history.size() == state.epochs);
    loss_sum = state.running.loss_sum;
    return Control::go_on;
  };
  options.on_epoch = [&](const EpochReport& report) {
    const TrainingState& state = model.training_state();
    CHECK(state.epochs == static_cast<std::uint64_t>(report.epoch));
    CHECK(state.running.steps == 0);
    CHECK(state.running.samples == 0);
    CHECK(state.running.loss_sum == 0);
    CHECK(state.running.accuracy.counted == 0);
    REQUIRE(state.history.size() == state.epochs);
    CHECK(state.history.back().loss == report.loss);
    CHECK(report.loss == loss_sum / 37);
    CHECK(report.total_steps == 5 * state.epochs);
    return Control::go_on;
  };
  const History history = fit(model, data(), options);
  CHECK(history.epochs.size() == 2);
  fit(model, data(), options_with({}, 1));
  CHECK(model.training_state().history.size() == 1);
  CHECK(model.training_state().epochs == 3);
}

TEST_CASE("training state: an epoch that was cut short is over and the next fit begins the next one") {
  const auto order = [](std::int64_t stop_at) {
    auto seen = std::make_shared<std::vector<double>>();
    Model model(sequential({3}, Witness(seen), Dense(1)), {.dtype = DType::f64});
    FitOptions options{.loss = MeanSquaredError(), .optimizer = Adam(), .epochs = 2, .batch = 4};
    options.on_step = [&](const StepReport& report) { return report.step == stop_at ? Control::stop : Control::go_on; };
    fit(model, curve(10), options);
    if (stop_at > 0) {
      CHECK(model.training_state().epochs == (stop_at == 3 ? 1 : 0));  // three steps an epoch
      seen->clear();
      options.on_step = {};
      options.epochs = 1;
      fit(model, curve(10), options);
    }
    CHECK(model.training_state().epochs == 2);
    return std::vector<double>(seen->end() - 10, seen->end());
  };
  const std::vector<double> second = order(0);
  for (const std::int64_t step : {1, 2, 3}) CHECK(order(step) == second);
}

TEST_CASE("training state: a step that fails counts nowhere whichever of its batches it was") {
  for (const std::int64_t accumulate : {1, 3}) {
    for (const std::int64_t sample : {2, 6, 13, 18, 23, 36}) {  // whose first feature times a weight overflows
      CAPTURE(accumulate);
      CAPTURE(sample);
      Tensor x = clone(data().inputs()[0].values), labels = clone(data().targets()[0].values);
      x.values<float>()[static_cast<std::size_t>(6 * sample)] = 3e38F;
      const Dataset outlier(std::move(x), std::move(labels));
      Model failed = classifier(), good = classifier();
      for (Model* each : {&failed, &good}) fill(each->parameter("0.weight"), 2);
      FitOptions options = options_with({});
      options.batch = 4;
      options.accumulate = accumulate;
      options.shuffle = false;
      CHECK_THROWS_AS(fit(failed, outlier, options), NumericError);
      const std::int64_t steps = sample / (4 * accumulate);
      CHECK(failed.training_state().running.steps == steps);
      options.on_step = [&](const StepReport& report) { return report.step == steps ? Control::stop : Control::go_on; };
      if (steps > 0) {
        fit(good, outlier, options);
        CHECK(Snapshot(failed) == Snapshot(good));
      } else {
        CHECK(Snapshot(failed).running == Snapshot(good).running);
      }
    }
  }
}
