#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/layers/batch_norm.hpp>
#include <weir/training/early_stopping.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/quantity.hpp>

#include "tests/training/callbacks/recorder.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using Mode = EarlyStoppingOptions::Mode;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

CallbackState copy_of(const CallbackState& state) {
  CallbackState copy{state.name, state.config, {}};
  for (const Tensor& tensor : state.tensors) copy.tensors.push_back(tensor.clone());
  return copy;
}

EpochReport with_value(std::size_t epoch, double value) {
  EpochReport report;
  report.epoch = static_cast<std::int64_t>(epoch);
  report.metrics = {{"score", value}};
  return report;
}

// The epoch, from 1, after which training stops; 0: it does not. After `resume` epochs a new object takes over the state.
std::size_t stops_after(EarlyStoppingOptions options, const std::vector<double>& values, std::size_t resume = 0) {
  Model model = classifier();
  const BeginReport begin{.epochs = 100, .validation = true, .metrics = {"score"}};
  options.monitor = "val_score";
  EarlyStopping callback(options);
  callback.on_begin(model, begin);
  CallbackState state;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0 && i == resume) {
      callback = EarlyStopping(options);
      callback.load_state(state);
      callback.on_begin(model, begin);
    }
    if (callback.on_epoch(model, with_value(i + 1, values[i])) == Control::stop) return i + 1;
    callback.save_state(state);
  }
  return 0;
}

// Returns the values one after the other, as a metric.
Metric sequence(std::vector<double> values) {
  return {"score", [values = std::move(values), next = std::size_t{0}](const ConstTensorView&, const ConstTensorView&) mutable {
            return values.at(next++);
          }};
}

Model with_running_statistics() { return Model(sequential({6}, Dense(16), BatchNorm(), ReLU(), Dense(3))); }

FitOptions with_sequence(std::vector<double> values, std::vector<AnyCallback> callbacks) {
  FitOptions options = options_with(std::move(callbacks), static_cast<std::int64_t>(values.size()));
  options.validation = &data();
  options.metrics = {sequence(std::move(values))};
  options.drop_last = true;
  return options;
}

}  // namespace

TEST_CASE("early stopping: stops at the epoch of Keras rules and resumed anywhere too") {
  struct Case {
    const char* what;
    EarlyStoppingOptions options;
    std::vector<double> values;
    std::size_t stops;
  };
  const auto with = [](std::int64_t patience, double min_delta = 0, Mode mode = Mode::min) {
    EarlyStoppingOptions options;
    options.patience = patience;
    options.min_delta = min_delta;
    options.mode = mode;
    return options;
  };
  EarlyStoppingOptions late = with(2), baseline = with(3);
  late.start_from_epoch = 3;
  baseline.baseline = 2;
  const Case cases[] = {
      {"an equal value is no improvement: wait 0 0 1 2", with(2), {5, 4, 4, 4, 3}, 4},
      {"an improvement begins again: wait 0 1 0 1 2", with(2), {5, 5, 4, 6, 4}, 5},
      {"still improving", with(1), {5, 4, 3, 2}, 0},
      {"min_delta: 4.6 is not below 4.5, 4.4 is; wait 0 1 0 1 2", with(2, 0.5), {5, 4.6, 4.4, 4, 3.95, 1}, 5},
      {"min_delta: better by exactly so much is none; wait 0 1", with(1, 0.5), {5, 4.5}, 2},
      {"max: wait 0 0 1", with(1, 0, Mode::max), {0.1, 0.2, 0.2}, 3},
      {"max with min_delta: wait 0 1 0 1 2", with(2, 0.25, Mode::max), {1, 1.25, 1.5, 1.75, 1.7}, 5},
      {"without patience the first epoch without improvement stops", with(0), {1, 2}, 2},
      {"the first epoch never stops, NaN is no improvement: wait 1 0 1", with(1), {not_a_number, 1, not_a_number}, 3},
      {"the first epoch never stops: wait 1 2", with(0), {not_a_number, not_a_number}, 2},
      {"a minimum of infinity is no improvement: wait 1 2", with(2), {infinity, infinity}, 2},
      {"start_from_epoch: three are ignored, then wait 0 1 2", late, {1, 2, 3, 4, 5, 6}, 6},
      {"baseline: improvements that do not reach it count as waiting; wait 1 2 3 4", baseline, {5, 4, 3, 3}, 4},
      {"baseline: they do not stop; wait 1 2 3 4", baseline, {5, 4, 3, 2.5}, 0},
      {"baseline: reached; wait 1 2 0 1 2 3", baseline, {5, 4, 1, 2, 2, 2}, 6},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    for (std::size_t resume = 0; resume <= c.values.size(); ++resume) {
      CAPTURE(resume);
      CHECK(stops_after(c.options, c.values, resume) == c.stops);
    }
  }
}

TEST_CASE("early stopping: the best weights and running statistics are restored with and without a stop") {
  Model best = with_running_statistics(), last = with_running_statistics();
  fit(best, data(), with_sequence({3, 1}, {}));
  fit(last, data(), with_sequence({3, 1, 2, 1}, {}));
  EarlyStoppingOptions options{.monitor = "val_score", .patience = 2, .mode = Mode::min, .restore_best_weights = true};
  for (const std::int64_t patience : {2, 10}) {
    options.patience = patience;
    Model model = with_running_statistics();
    const History history = fit(model, data(), with_sequence({3, 1, 2, 1, 0}, {EarlyStopping(options)}));
    if (patience == 2) {
      CHECK(history.stopped);
      CHECK(history.epochs.size() == 4);
      CHECK(model.training_state().step == 16);
      CHECK(bits(model.parameter_arena()) == bits(best.parameter_arena()));
      CHECK(bits(model.state_arena()) == bits(best.state_arena()));
    } else {
      CHECK_FALSE(history.stopped);
    }
    model = with_running_statistics();
    CHECK_FALSE((fit(model, data(), with_sequence({3, 1, 2}, {EarlyStopping(options)})).stopped));
    CHECK(bits(model.parameter_arena()) == bits(best.parameter_arena()));
    CHECK(bits(model.state_arena()) == bits(best.state_arena()));
  }
  options.restore_best_weights = false;
  options.patience = 2;
  Model model = with_running_statistics();
  fit(model, data(), with_sequence({3, 1, 2, 1, 0}, {EarlyStopping(options)}));
  CHECK(bits(model.parameter_arena()) == bits(last.parameter_arena()));
  CHECK(model.training_state().callbacks[0].tensors.empty());
}

TEST_CASE("early stopping: without any improvement the first epoch that counts is the best") {
  Model second = with_running_statistics();
  fit(second, data(), with_sequence({not_a_number, not_a_number}, {}));
  Model model = with_running_statistics();
  const EarlyStoppingOptions options{
      .monitor = "val_score", .patience = 2, .mode = Mode::max, .restore_best_weights = true, .start_from_epoch = 1};
  CHECK(fit(model, data(), with_sequence({1, not_a_number, not_a_number, not_a_number}, {EarlyStopping(options)})).epochs.size() == 3);
  CHECK(bits(model.parameter_arena()) == bits(second.parameter_arena()));
}

TEST_CASE("early stopping: what a checkpoint holds restores the same weights in another object") {
  const EarlyStoppingOptions options{.monitor = "val_score", .patience = 2, .mode = Mode::min, .restore_best_weights = true};
  CallbackState saved;
  const auto save = [&](Model& m, bool) {
    if (m.training_state().epochs == 3) saved = copy_of(m.training_state().callbacks[0]);
  };
  Model best = with_running_statistics(), model = with_running_statistics();
  fit(best, data(), with_sequence({3, 1}, {}));
  fit(model, data(), with_sequence({3, 1, 2, 0}, {EarlyStopping(options), Saver(0, save)}));
  REQUIRE(saved.tensors.size() == 2);
  CHECK(bits(saved.tensors[0]) == bits(best.parameter_arena()));
  CHECK(bits(saved.tensors[1]) == bits(best.state_arena()));
  CHECK(saved.config.integer("wait") == 1);
  CHECK(saved.config.integer("best_epoch") == 2);
  CHECK(saved.config.number("best") == 1);

  EarlyStopping resumed(options);
  resumed.load_state(saved);
  CHECK(resumed.on_begin(model, {.validation = true, .metrics = {"score"}}) == Control::go_on);
  CHECK(resumed.on_epoch(model, with_value(4, 1.5)) == Control::stop);
  resumed.on_end(model, {});
  CHECK(bits(model.parameter_arena()) == bits(best.parameter_arena()));
  CHECK(bits(model.state_arena()) == bits(best.state_arena()));

  // A run that ended so stays where it is when it is resumed, unless it is given more patience.
  CallbackState ended = copy_of(saved);
  resumed.save_state(ended);
  for (const std::int64_t patience : {2, 3}) {
    EarlyStoppingOptions more = options;
    more.patience = patience;
    EarlyStopping again(more);
    again.load_state(ended);
    CHECK(again.on_begin(model, {.validation = true, .metrics = {"score"}}) == (patience == 2 ? Control::stop : Control::go_on));
  }
}

TEST_CASE("early stopping: what cannot be watched is an error before the first step") {
  Model model = classifier();
  const Snapshot before(model);
  const auto monitoring = [](std::string monitor, Mode mode = Mode::automatic) {
    EarlyStoppingOptions options;
    options.monitor = std::move(monitor);
    options.mode = mode;
    return EarlyStopping(options);
  };
  CHECK_THROWS_WITH_AS(fit(model, data(), options_with({monitoring("val_loss")})),
                       "early_stopping: monitor is 'val_loss', this run has loss, accuracy, learning_rate. Name one of these, or set "
                       "FitOptions::validation for those of val_.",
                       ConfigError);
  FitOptions options = with_sequence({1, 2}, {monitoring("val_los")});
  CHECK_THROWS_WITH_AS(fit(model, data(), options),
                       "early_stopping: monitor is 'val_los', this run has loss, accuracy, val_loss, val_accuracy, val_score, "
                       "learning_rate. Name one of these.",
                       ConfigError);
  options.callbacks = {monitoring("score")};
  CHECK_THROWS_WITH_AS(fit(model, data(), options),
                       "early_stopping: whether a higher score is better is not known. Set mode to min or max.", ConfigError);
  Model line = regression();
  FitOptions of_line = options_with({monitoring("accuracy")});
  of_line.loss = MeanSquaredError();
  CHECK_THROWS_AS(fit(line, curve(20), of_line), ConfigError);
  CHECK(Snapshot(model) == before);
  CHECK_THROWS_WITH_AS(EarlyStopping({.patience = -1}), "early_stopping: patience is -1, expected at least 0.", ConfigError);
  CHECK_THROWS_AS(EarlyStopping({.min_delta = -0.1}), ConfigError);
  CHECK_THROWS_AS(EarlyStopping({.min_delta = not_a_number}), ConfigError);
  CHECK_THROWS_AS(EarlyStopping({.start_from_epoch = -1}), ConfigError);
}

TEST_CASE("early stopping: losses are minimised and accuracies maximised unless mode says otherwise") {
  Model model = classifier();
  for (const char* monitor : {"loss", "val_loss", "accuracy", "val_accuracy"}) {
    for (const Mode mode : {Mode::automatic, Mode::min, Mode::max}) {
      CAPTURE(monitor);
      EarlyStoppingOptions options;
      options.monitor = monitor;
      options.mode = mode;
      EarlyStopping callback(options);
      callback.on_begin(model, {.accuracy = true, .validation = true});
      EpochReport report;
      const auto rising = [&](std::int64_t epoch) {  // from epoch to epoch all values rise
        report.epoch = epoch;
        report.loss = static_cast<double>(epoch);
        report.accuracy = report.validation_loss = report.validation_accuracy = report.loss;
        return callback.on_epoch(model, report);
      };
      rising(1);
      const bool loss = std::string(monitor).ends_with("loss");
      CHECK((rising(2) == Control::stop) == (mode == Mode::min || (mode == Mode::automatic && loss)));
    }
  }
}

TEST_CASE("quantity: every name that a run lists is found in its reports and no other") {
  const BeginReport begin{.accuracy = true, .validation = true, .metrics = {"f1", "val_loss", "learning_rate"}};
  EpochReport report;
  report.loss = 1;
  report.accuracy = 2;
  report.validation_loss = 3;
  report.validation_accuracy = 4;
  report.metrics = {{"f1", 5}, {"val_loss", 6}, {"learning_rate", 7}};
  report.learning_rate = 8;
  const std::vector<std::string> names = epoch_quantities(begin);
  CHECK(names == std::vector<std::string>{"loss", "accuracy", "val_loss", "val_accuracy", "val_f1", "val_val_loss", "val_learning_rate",
                                          "learning_rate"});
  for (std::size_t i = 0; i < names.size(); ++i) CHECK(quantity(report, names[i]) == static_cast<double>(i + 1));
  CHECK(quantity(report, "f1") == 5);
  CHECK(std::isnan(quantity(report, "val_f")));
  CHECK(std::isnan(quantity(EpochReport(), "accuracy")));
  CHECK(epoch_quantities({}) == std::vector<std::string>{"loss", "learning_rate"});
  CHECK(step_quantities(begin) == std::vector<std::string>{"loss", "accuracy", "learning_rate"});
  StepReport step;
  step.loss = 1;
  step.epoch_loss = 9;
  step.accuracy = 2;
  step.learning_rate = 3;
  for (std::size_t i = 0; i < 3; ++i) CHECK(quantity(step, step_quantities(begin)[i]) == static_cast<double>(i + 1));
  CHECK(step_quantities({}) == std::vector<std::string>{"loss", "learning_rate"});
}
