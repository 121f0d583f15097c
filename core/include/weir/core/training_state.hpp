#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <weir/core/config.hpp>
#include <weir/core/epoch_report.hpp>
#include <weir/core/tensor.hpp>

namespace weir {

// A tensor that an optimizer keeps for all parameters, by the optimizer's name for it: "exp_avg".
struct Moment {
  std::string name;
  Tensor values;  // shape, dtype and device of the Model's parameter_arena()
};

struct OptimizerState {
  std::string type;  // of the optimizer of the last step; empty before the first
  Config config;
  std::uint64_t first_step = 0;  // TrainingState::step when these moments were zero
  std::vector<Moment> moments;
};

// An exponential moving average of the parameters (FitOptions::average).
struct AverageState {
  Config config;              // its options in the last step
  std::uint64_t updates = 0;  // so far; the first copied the parameters
  Tensor values;              // shape, dtype and device of the Model's parameter_arena(); empty before the first step with an average
};

// Whether a schedule counts steps or epochs.
enum class ScheduleUnit : std::uint8_t { step, epoch };

struct ScheduleState {
  std::string type;  // of the schedule of the last step; empty before the first
  Config config;
  ScheduleUnit unit = ScheduleUnit::epoch;
  std::uint64_t time = 0;      // counted in `unit`
  std::vector<double> memory;  // what the schedule keeps of earlier epochs' results
};

// How one parameter is trained, from its ParameterGroup.
struct ParameterOptions {
  std::string name;
  std::optional<double> lr, weight_decay;  // unset: the optimizer's
  bool frozen = false;
  double l1 = 0, l2 = 0;
  double max_norm = std::numeric_limits<double>::infinity();
  friend bool operator==(const ParameterOptions&, const ParameterOptions&) = default;
};

// The number of labels that count (not ignored), and of correct predictions among them.
struct AccuracyCounts {
  std::int64_t correct = 0, counted = 0;

  AccuracyCounts& operator+=(const AccuracyCounts& other) {
    correct += other.correct;
    counted += other.counted;
    return *this;
  }
  // The accuracy; nullopt when no label counts.
  std::optional<double> fraction() const {
    return counted == 0 ? std::nullopt : std::optional(static_cast<double>(correct) / static_cast<double>(counted));
  }
};

// The finished part of an epoch that is still running.
struct EpochProgress {
  std::int64_t steps = 0;
  std::int64_t samples = 0;
  double loss_sum = 0;  // sum over the steps, in order, of loss * samples
  AccuracyCounts accuracy;
  double learning_rate = 0;  // of the last step, for parameters in no group
  double seconds = 0;        // spent in the steps
};

// The saved state of a callback.
struct CallbackState {
  std::string name;
  Config config;
  std::vector<Tensor> tensors;
};

// What training keeps between steps besides the parameters: plain data without functions or pointers. Created by the first step and kept
// after fit, so that a second fit continues where the first stopped and a checkpoint can save it.
struct TrainingState {
  std::uint64_t step = 0;  // steps taken so far

  // The progress of fit, up to date in every callback and after fit, also when fit was stopped or threw. If a fit ended within an epoch,
  // the next fit counts that epoch as finished and starts a new one; a schedule that counts epochs counts whole ones only.
  std::uint64_t epochs = 0;              // finished, over all fits
  EpochProgress running;                 // the epoch after those; all zeros between epochs
  std::vector<EpochReport> history;      // finished epochs of the last fit
  std::vector<CallbackState> callbacks;  // of the last fit, in the order of its callbacks
  Config run;                            // the last fit's data and options that a resumed one must repeat; empty before

  OptimizerState optimizer;
  ScheduleState schedule;
  AverageState average;
  std::vector<ParameterOptions> parameters;  // as in the last step, in the order of Model::parameters()
};

}  // namespace weir
