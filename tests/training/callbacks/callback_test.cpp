#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/core/threads.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/exponential_lr.hpp>
#include <weir/training/fit.hpp>

#include "tests/support/passing_layer.hpp"
#include "tests/training/diagnostics/probe_layers.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// Five steps an epoch.
const Dataset& data() {
  static const Dataset all = blobs(37);
  return all;
}

FitOptions options_with(std::vector<AnyCallback> callbacks, std::int64_t epochs = 2) {
  return {.loss = SoftmaxCrossEntropy(), .optimizer = Adam({.lr = 0.01}), .epochs = epochs, .batch = 8, .callbacks = std::move(callbacks)};
}

using Log = std::shared_ptr<std::vector<std::string>>;

// Writes down every call, and in one of them does what it is told.
class Recorder : public Callback {
 public:
  Recorder(std::string name, std::int64_t every, Log log, std::string when = "", std::function<Control()> act = {})
      : name_(std::move(name)), every_(every), log_(std::move(log)), when_(std::move(when)), act_(std::move(act)) {}
  std::string name() const override { return name_; }
  std::int64_t every() const override { return every_; }
  Control on_begin(Model&, const BeginReport&) override { return note("begin"); }
  Control on_step(Model&, const StepReport& report) override { return note("step " + std::to_string(report.step)); }
  Control on_epoch(Model&, const EpochReport& report) override { return note("epoch " + std::to_string(report.epoch)); }
  void on_checkpoint(Model&, bool ending) override { note(ending ? "last checkpoint" : "checkpoint"); }
  void on_end(Model&, const History& history) override { note("end " + std::to_string(history.epochs.size())); }
  void save_state(CallbackState& state) const override { state.config.set("calls", calls_); }

 private:
  Control note(const std::string& what) {
    ++calls_;
    log_->push_back(name_ + " " + what);
    return what == when_ ? act_() : Control::go_on;
  }

  std::string name_;
  std::int64_t every_, calls_ = 0;
  Log log_;
  std::string when_;
  std::function<Control()> act_;
};

// Keeps the weights of the epoch with the smallest loss, and gives the Model them in the end.
class KeepsBest : public Callback {
 public:
  std::string name() const override { return "keeps_best"; }
  Control on_epoch(Model& model, const EpochReport& report) override {
    ++epochs_;
    if (epochs_ > 1 && report.loss >= best_) return Control::go_on;
    best_ = report.loss;
    best_epoch_ = epochs_;
    weights_ = clone(model.parameter_arena());
    return Control::go_on;
  }
  void on_end(Model& model, const History&) override { copy(weights_, model.parameter_arena()); }
  void save_state(CallbackState& state) const override {
    const bool new_best = best_epoch_ > 0 && (state.tensors.empty() || state.config.integer("best_epoch") != best_epoch_);
    state.config.set("epochs", epochs_).set("best", best_).set("best_epoch", best_epoch_);
    if (!new_best) return;
    state.tensors.clear();
    state.tensors.push_back(weights_.clone());
  }
  void load_state(const CallbackState& state) override {
    epochs_ = state.config.integer("epochs");
    best_ = state.config.number("best");
    best_epoch_ = state.config.integer("best_epoch");
    if (!state.tensors.empty()) weights_ = state.tensors[0].clone();
  }

  KeepsBest() = default;
  KeepsBest(const KeepsBest& other) : Callback(other) {}  // before fit there is nothing to copy

 private:
  std::int64_t epochs_ = 0, best_epoch_ = 0;
  double best_ = 0;
  Tensor weights_;
};

// Calls f(model, ending) where a checkpoint would be written.
template <class F>
class Saver : public Callback {
 public:
  Saver(std::int64_t every, F f) : every_(every), f_(std::move(f)) {}
  std::string name() const override { return "saver"; }
  std::int64_t every() const override { return every_; }
  void on_checkpoint(Model& model, bool ending) override { f_(model, ending); }

 private:
  std::int64_t every_;
  F f_;
};

struct NoStandardError {
  int number;
};

// y = x; counts its passes in training, and in the 40th waits for another thread to say stop.
class Counter : public PassingLayer {
 public:
  Counter(std::shared_ptr<std::atomic<int>> count, const std::atomic<bool>& stop)
      : PassingLayer("counter"), count_(std::move(count)), stop_(&stop) {}
  void forward(const Context& context, const LayerArgs& args) const override {
    PassingLayer::forward(context, args);
    if (!context.training || ++*count_ != 40) return;
    while (!*stop_) std::this_thread::yield();
  }

 private:
  std::shared_ptr<std::atomic<int>> count_;
  const std::atomic<bool>* stop_;
};

}  // namespace

TEST_CASE("callback: calls come in the order of the list and a checkpoint when all have had theirs") {
  const Log log = std::make_shared<std::vector<std::string>>();
  Model model = classifier();
  fit(model, data(), options_with({Recorder("a", 2, log), Recorder("b", 0, log), Recorder("c", 100, log)}, 1));
  CHECK(*log == std::vector<std::string>{
                    "a begin",           "b begin",           "c begin",      "a step 2",     "a checkpoint", "a step 4",
                    "a checkpoint",      "a step 5",          "c step 5",     "a checkpoint", "c checkpoint", "a epoch 1",
                    "b epoch 1",         "c epoch 1",         "a checkpoint", "b checkpoint", "c checkpoint", "a last checkpoint",
                    "b last checkpoint", "c last checkpoint", "a end 1",      "b end 1",      "c end 1"});
  const std::vector<CallbackState>& states = model.training_state().callbacks;
  REQUIRE(states.size() == 3);
  CHECK(states[1].name == "b");
  CHECK(states[0].config.integer("calls") == 1 + 2 * 3 + 2 + 2);
  CHECK(states[1].config.integer("calls") == 1 + 2 + 2);
}

TEST_CASE("callback: whichever says stop ends fit after the others have been called") {
  for (const auto& [stop_at, steps, epochs] : {std::tuple("begin", 0U, 0U), {"step 2", 2U, 1U}, {"step 5", 5U, 1U}, {"epoch 1", 5U, 1U}}) {
    const std::string when = stop_at;
    CAPTURE(when);
    const Log log = std::make_shared<std::vector<std::string>>();
    Model model = classifier();
    const History history =
        fit(model, data(), options_with({Recorder("a", 1, log, when, [] { return Control::stop; }), Recorder("b", 1, log)}));
    CHECK(history.stopped);
    CHECK(history.epochs.size() == epochs);
    CHECK(model.training_state().step == steps);
    const std::string tail[] = {"a last checkpoint", "b last checkpoint", "a end " + std::to_string(epochs),
                                "b end " + std::to_string(epochs)};
    CHECK(std::equal(std::end(tail) - 4, std::end(tail), log->end() - 4));
    CHECK(std::find(log->begin(), log->end(), std::string("b ") + when) != log->end());
  }
}

TEST_CASE("callback: each fit works with copies of the callbacks as they were given") {
  const Log log = std::make_shared<std::vector<std::string>>();
  const FitOptions options = options_with({Recorder("a", 0, log)}, 1);
  Model model = classifier();
  for (int i = 0; i < 2; ++i) {
    fit(model, data(), options);
    CHECK(model.training_state().callbacks[0].config.integer("calls") == 5);
  }
}

TEST_CASE("callback: the report of on_begin says what is to come") {
  class Begin : public Callback {
   public:
    explicit Begin(std::shared_ptr<BeginReport> report) : report_(std::move(report)) {}
    std::string name() const override { return "begin"; }
    Control on_begin(Model&, const BeginReport& report) override {
      *report_ = report;
      return Control::stop;
    }

   private:
    std::shared_ptr<BeginReport> report_;
  };
  const auto report = std::make_shared<BeginReport>();
  Model model = classifier(), line = regression();
  FitOptions options = options_with({Begin(report)}, 7);
  options.validation = &data();
  options.drop_last = true;
  fit(model, data(), options);
  CHECK(report->epochs == 7);
  CHECK(report->steps == 4);
  CHECK(report->samples == 32);
  CHECK(report->accuracy);
  CHECK(report->validation);
  options = options_with({Begin(report)});
  options.loss = MeanSquaredError();
  fit(line, curve(9), options);
  CHECK(report->samples == 9);
  CHECK_FALSE(report->accuracy);
  CHECK_FALSE(report->validation);
}

TEST_CASE("callback: at a checkpoint TrainingState holds what every callback remembers") {
  std::vector<std::int64_t> epochs;
  std::vector<double> best;
  Model model = classifier();
  CallbackState saved;
  const Saver saver(0, [&](Model& m, bool ending) {
    const CallbackState& state = m.training_state().callbacks[1];
    CHECK(state.name == "keeps_best");
    epochs.push_back(state.config.integer("epochs"));
    best.push_back(state.config.number("best"));
    if (epochs.size() != 2) return;
    saved.config = state.config;
    saved.tensors.push_back(state.tensors.at(0).clone());
    CHECK(bits(saved.tensors[0]) == bits(m.parameter_arena()));
    CHECK_FALSE(ending);
  });
  FitOptions options = options_with({saver, KeepsBest()}, 3);  // the saver comes first
  const History history = fit(model, data(), options);
  CHECK(epochs == std::vector<std::int64_t>{1, 2, 3, 3});
  for (std::size_t i = 1; i < 3; ++i) CHECK(history.epochs[i].loss < history.epochs[i - 1].loss);
  CHECK(best == std::vector<double>{history.epochs[0].loss, history.epochs[1].loss, history.epochs[2].loss, history.epochs[2].loss});

  // What was saved after the second epoch, in another object, meets a third epoch that is worse: the Model gets the second's weights.
  KeepsBest resumed;
  resumed.load_state(saved);
  EpochReport worse;
  worse.loss = history.epochs[1].loss + 1;
  resumed.on_epoch(model, worse);
  resumed.on_end(model, history);
  CHECK(bits(model.parameter_arena()) == bits(saved.tensors[0]));
  CallbackState again;
  resumed.save_state(again);
  CHECK(again.config.integer("epochs") == 3);
  CHECK(again.config.integer("best_epoch") == 2);
}

TEST_CASE("callback: an exception comes out as it is and the Model and its TrainingState are whole") {
  struct Case {
    const char* when;
    std::uint64_t step, epochs;
    std::int64_t running;
  };
  for (const Case& c : {Case{"begin", 0, 0, 0}, {"step 3", 3, 0, 3}, {"step 5", 5, 0, 5}, {"epoch 1", 5, 1, 0}, {"checkpoint", 1, 0, 1}}) {
    CAPTURE(c.when);
    const Log log = std::make_shared<std::vector<std::string>>();
    Model thrown = classifier(), stopped = classifier();
    const auto raise = []() -> Control { throw NoStandardError{7}; };
    try {
      fit(thrown, data(), options_with({Recorder("a", 1, log), Recorder("b", 1, log, c.when, raise)}));
      FAIL("fit returned");
    } catch (const NoStandardError& error) {
      CHECK(error.number == 7);
    }
    CHECK(log->back() == std::string("b ") + c.when);
    CHECK(thrown.training_state().step == c.step);
    CHECK(thrown.training_state().epochs == c.epochs);
    CHECK(thrown.training_state().running.steps == c.running);
    CHECK(thrown.training_state().history.size() == c.epochs);
    // As a fit that was stopped there; but after an epoch's last step that one finishes the epoch.
    const std::string when = c.when == std::string("checkpoint") ? "step 1" : c.when;
    fit(stopped, data(), options_with({Recorder("b", 1, log, when, [] { return Control::stop; })}));
    if (c.running < 5) CHECK(Snapshot(thrown) == Snapshot(stopped));
    fit(thrown, data(), options_with({}));
    fit(stopped, data(), options_with({}));
    CHECK(Snapshot(thrown) == Snapshot(stopped));
  }
}

TEST_CASE("callback: a negative number of steps between calls is refused") {
  Model model = classifier();
  const Snapshot before(model);
  CHECK_THROWS_WITH_AS(fit(model, data(), options_with({Recorder("a", -3, std::make_shared<std::vector<std::string>>())})),
                       "fit: the callback a wants a call every -3 steps, expected 1 or more, or 0 for none. Change its every().",
                       ConfigError);
  CHECK(Snapshot(model) == before);
}

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

TEST_CASE("stop: set from another thread it ends fit between two steps") {
  const int before = num_threads();
  const Dataset many = blobs(2000, 70, 10);
  for (const int threads : {1, 2}) {
    set_num_threads(threads);
    std::atomic<bool> stop = false;
    const auto passes = std::make_shared<std::atomic<int>>(0);
    const auto make = [&] {
      return Model(sequential({70}, Dense(150), Counter(passes, stop), ReLU(), Dense(10)), {.max_batch = 64, .seed = 7});
    };
    std::thread other([&] {
      while (*passes < 40) std::this_thread::yield();
      stop = true;
    });
    Model model = make(), reference = make();
    FitOptions options{.loss = SoftmaxCrossEntropy(), .optimizer = Adam(), .epochs = 1000000, .batch = 64, .validation = &many};
    options.stop = &stop;
    const History history = fit(model, many, options);
    other.join();
    CHECK(history.stopped);
    CHECK(*passes == 40);  // the step that ran was the last that was begun
    CHECK(model.training_state().step == 40);
    REQUIRE(history.epochs.size() == 2);
    CHECK(history.epochs[1].samples == 8 * 64);  // an epoch has 32 steps
    options.stop = nullptr;
    options.on_step = [&](const StepReport& report) { return report.total_steps == 40 ? Control::stop : Control::go_on; };
    fit(reference, many, options);
    CHECK(Snapshot(model) == Snapshot(reference));
  }
  set_num_threads(before);
}

TEST_CASE("stop: set before fit begins no step is taken") {
  Model model = classifier();
  const Snapshot before(model);
  const Log log = std::make_shared<std::vector<std::string>>();
  std::atomic<bool> stop = true;
  FitOptions options = options_with({Recorder("a", 1, log)});
  options.stop = &stop;
  const History history = fit(model, data(), options);
  CHECK(history.stopped);
  CHECK(history.epochs.empty());
  CHECK(Snapshot(model) == before);
  CHECK(*log == std::vector<std::string>{"a begin", "a last checkpoint", "a end 0"});
  // The next fit begins the first epoch.
  stop = false;
  Model other = classifier();
  CHECK_FALSE(fit(model, data(), options).stopped);
  fit(other, data(), options_with({}));
  CHECK(Snapshot(model) == Snapshot(other));
}

TEST_CASE("stop: within an epoch no validation or on_epoch follows") {
  Model model = classifier();
  std::atomic<bool> stop = false;
  const Log log = std::make_shared<std::vector<std::string>>();
  FitOptions options = options_with({Recorder("a", 0, log)});
  options.validation = &data();
  options.stop = &stop;
  options.on_step = [&](const StepReport& report) {
    stop = report.total_steps == 9;  // the last but one of the second epoch
    return Control::go_on;
  };
  const History history = fit(model, data(), options);
  CHECK(history.stopped);
  REQUIRE(history.epochs.size() == 2);
  CHECK(history.epochs[1].samples == 32);
  CHECK_FALSE(history.epochs[1].validation_loss.has_value());
  CHECK(model.training_state().epochs == 1);
  CHECK(model.training_state().running.steps == 4);
  CHECK(std::count(log->begin(), log->end(), "a epoch 2") == 0);
}

TEST_CASE("stop: after the last step of an epoch the epoch is finished first") {
  Model stopped = classifier(), whole = classifier();
  const Log log = std::make_shared<std::vector<std::string>>();
  FitOptions options = options_with({Recorder("a", 0, log)}, 1);
  options.validation = &data();
  options.schedule = ExponentialLR({.gamma = 0.5});
  const History expected = fit(whole, data(), options);
  options.epochs = 3;
  options.on_step = [](const StepReport& report) { return report.step == 5 ? Control::stop : Control::go_on; };
  log->clear();
  const History history = fit(stopped, data(), options);
  CHECK(history.stopped);
  REQUIRE(history.epochs.size() == 1);
  CHECK(history.epochs[0].validation_loss == expected.epochs[0].validation_loss);
  CHECK(std::count(log->begin(), log->end(), "a epoch 1") == 1);
  CHECK(stopped.training_state().schedule.time == 1);
  CHECK(Snapshot(stopped) == Snapshot(whole));
}

TEST_CASE("callback: a fit of the same Model within a fit is refused and the outer one can go on") {
  for (const std::string when : {"begin", "step 3", "epoch 1", "checkpoint", "last checkpoint", "end 2"}) {
    CAPTURE(when);
    Model model = classifier(), alone = classifier();
    const Log log = std::make_shared<std::vector<std::string>>();
    int refused = 0;
    const auto inner = [&] {
      CHECK_THROWS_WITH_AS(fit(model, data(), options_with({})),
                           "fit: was called by a callback of a fit that trains the same Model. Call it when that one has returned.",
                           ConfigError);
      ++refused;
      return Control::go_on;
    };
    fit(model, data(), options_with({Recorder("a", 1, log, when, inner), Recorder("b", 0, log)}));
    fit(alone, data(), options_with({}));
    CHECK(refused > 0);
    CHECK(Snapshot(model) == Snapshot(alone));
    fit(model, data(), options_with({}));  // it has returned
  }
}

TEST_CASE("callback: the number of epochs does not depend on the history that a callback can reach") {
  Model model = classifier();
  FitOptions options = options_with({});
  options.on_step = [&](const StepReport&) {
    model.training_state().history.clear();
    return Control::go_on;
  };
  fit(model, data(), options);
  CHECK(model.training_state().step == 10);
}
