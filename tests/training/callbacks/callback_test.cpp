#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/core/threads.hpp>
#include <weir/layers/negative_log_likelihood.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/fit.hpp>

#include "tests/support/passing_layer.hpp"
#include "tests/training/callbacks/recorder.hpp"
#include "tests/training/diagnostics/probe_layers.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

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

struct NoStandardError {
  int number;
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

TEST_CASE("callback: two of one name have states of their own") {
  const Log log = std::make_shared<std::vector<std::string>>();
  Model model = classifier();
  fit(model, data(), options_with({Recorder("a", 0, log), Recorder("b", 0, log), Recorder("a", 0, log), Recorder("a", 0, log)}, 1));
  std::vector<std::string> names;
  for (const CallbackState& state : model.training_state().callbacks) names.push_back(state.name);
  CHECK(names == std::vector<std::string>{"a", "b", "a_1", "a_2"});
}

TEST_CASE("callback: planning other losses inside a fit is an error that leaves the training as it was") {
  class Plans : public Callback {
   public:
    explicit Plans(Losses losses) : losses_(std::move(losses)) {}
    std::string name() const override { return "plans"; }
    Control on_epoch(Model& model, const EpochReport&) override {
      model.plan_training(losses_, {Shape{}});
      return Control::go_on;
    }

   private:
    Losses losses_;
  };
  const FitOptions same = options_with({Plans(SoftmaxCrossEntropy())}, 2), other = options_with({Plans(NegativeLogLikelihood())}, 2);
  Model model = classifier();
  fit(model, data(), same);
  CHECK_THROWS_WITH_AS(fit(model, data(), other),
                       "model: plan_training for other losses, targets or options was called by a callback of a fit that trains this "
                       "Model. Call it when fit has returned.",
                       ConfigError);
  CHECK(model.training_state().epochs == 3);
  CHECK_NOTHROW(model.plan_training(NegativeLogLikelihood(), {Shape{}}));
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

TEST_CASE("callback: an exception of on_end comes out when the others have ended too") {
  const Log log = std::make_shared<std::vector<std::string>>();
  Model model = classifier();
  const auto raise = [](int number) { return [number]() -> Control { throw NoStandardError{number}; }; };
  try {
    fit(model, data(),
        options_with({Recorder("a", 0, log, "end 2", raise(1)), Recorder("b", 0, log, "end 2", raise(2)), Recorder("c", 0, log)}));
    FAIL("fit returned");
  } catch (const NoStandardError& error) {
    CHECK(error.number == 1);
  }
  CHECK(log->back() == "c end 2");
  CHECK(model.training_state().epochs == 2);
}

TEST_CASE("callback: a negative number of steps between calls is refused") {
  Model model = classifier();
  const Snapshot before(model);
  CHECK_THROWS_WITH_AS(fit(model, data(), options_with({Recorder("a", -3, std::make_shared<std::vector<std::string>>())})),
                       "fit: the callback a wants a call every -3 steps, expected 1 or more, or 0 for none. Change its every().",
                       ConfigError);
  CHECK(Snapshot(model) == before);
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
