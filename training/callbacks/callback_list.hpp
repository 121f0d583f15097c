#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/training/callback.hpp>
#include <weir/training/fit.hpp>

namespace weir {

// Copies of a fit's callbacks. After each call their states are saved to the Model's TrainingState.
class CallbackList {
 public:
  // The options' callbacks, then FitOptions::on_step and on_epoch; none on ranks other than 0. The Model must outlive this, and is not
  // changed. With `resumed` each gets the state that the Model's TrainingState has for its name. ConfigError for a negative every(); what
  // their load_state throws.
  CallbackList(Model& model, const FitOptions& options, bool resumed = false);

  void on_begin(const BeginReport& report);
  std::int64_t next_look(std::int64_t step, std::int64_t steps) const;  // next step of the epoch with an on_step, or the last
  void on_step(const StepReport& report);                               // calls the callbacks that want this step
  void on_epoch(const EpochReport& report);
  void on_end(const History& history);
  bool stopped() const { return stopped_; }  // a callback has returned Control::stop

 private:
  struct Entry {
    std::unique_ptr<Callback> callback;
    std::int64_t every = 0;
    std::string key;                 // of its state: its name; a later one of the same name has "name_1"
    CallbackState* saved = nullptr;  // of the run that is resumed, until on_begin
  };

  template <class Due, class F>
  void call(Due&& due, F&& f);  // calls f(callback) for each callback with due(callback), in order; f may return a Control

  Model& model_;
  std::vector<Entry> entries_;
  bool stopped_ = false;
};

}  // namespace weir
