#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/core/threads.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/exponential_lr.hpp>
#include <weir/training/fit.hpp>

#include "tests/support/passing_layer.hpp"
#include "tests/training/callbacks/recorder.hpp"
#include "tests/training/diagnostics/probe_layers.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

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
