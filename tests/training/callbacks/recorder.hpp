#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>
#include <weir/training/adam.hpp>
#include <weir/training/fit.hpp>

#include "tests/training/toy.hpp"

// Callbacks that note when they are called, for the tests of callbacks, of the training state and of stopping.

namespace weir::test {

// Five steps an epoch.
inline const Dataset& data() {
  static const Dataset all = blobs(37);
  return all;
}

inline FitOptions options_with(std::vector<AnyCallback> callbacks, std::int64_t epochs = 2) {
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

}  // namespace weir::test
