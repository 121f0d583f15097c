#pragma once

#include <cstdint>
#include <memory>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/training/callback.hpp>
#include <weir/training/fit.hpp>

namespace weir {

// The callbacks of one fit: its own copies. What they remember goes into the Model's TrainingState after each of their calls.
class CallbackList {
 public:
  // Those of the options, then their functions. The Model must outlive this. Changes nothing; ConfigError for a negative every().
  CallbackList(Model& model, const FitOptions& options);

  void on_begin(const BeginReport& report);
  std::int64_t next_look(std::int64_t step, std::int64_t steps) const;  // after which of the epoch's steps one wants on_step, or the last
  void on_step(const StepReport& report);                               // for those that want it after this step
  void on_epoch(const EpochReport& report);
  void on_end(const History& history);
  bool stopped() const { return stopped_; }  // one has said so

 private:
  struct Entry {
    std::unique_ptr<Callback> callback;
    std::int64_t every = 0;
  };

  template <class Due, class F>
  void call(Due&& due, F&& f);  // f(callback) for those that are due, in order; may answer with a Control

  Model& model_;
  std::vector<Entry> entries_;
  bool stopped_ = false;
};

}  // namespace weir
