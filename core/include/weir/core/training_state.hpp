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

// What an optimizer remembers of every parameter, by its own name for it: "exp_avg".
struct Moment {
  std::string name;
  Tensor values;  // as the Model's parameter_arena(): its shape, dtype and device
};

struct OptimizerState {
  std::string type;  // of the optimizer that took the last step; empty before the first
  Config config;
  std::uint64_t first_step = 0;  // the Model's steps before these moments' first
  std::vector<Moment> moments;
};

// When a schedule's time advances.
enum class ScheduleUnit : std::uint8_t { step, epoch };

struct ScheduleState {
  std::string type;  // of the last schedule that counted; empty before the first
  Config config;
  ScheduleUnit unit = ScheduleUnit::epoch;
  std::uint64_t time = 0;      // in that unit
  std::vector<double> memory;  // what it remembers of the epochs' results
};

// How one parameter is trained: what its ParameterGroup says.
struct ParameterOptions {
  std::string name;
  std::optional<double> lr, weight_decay;  // unset: the optimizer's
  bool frozen = false;
  double l1 = 0, l2 = 0;
  double max_norm = std::numeric_limits<double>::infinity();
  friend bool operator==(const ParameterOptions&, const ParameterOptions&) = default;
};

// Rows of labels that count, and those of them that were predicted.
struct AccuracyCounts {
  std::int64_t correct = 0, counted = 0;

  AccuracyCounts& operator+=(const AccuracyCounts& other) {
    correct += other.correct;
    counted += other.counted;
    return *this;
  }
  // nullopt when none counts.
  std::optional<double> fraction() const {
    return counted == 0 ? std::nullopt : std::optional(static_cast<double>(correct) / static_cast<double>(counted));
  }
};

// What fit has done of an epoch that is not over.
struct EpochProgress {
  std::int64_t steps = 0;
  std::int64_t samples = 0;
  double loss_sum = 0;  // over the steps, in order: each one's loss times its samples
  AccuracyCounts accuracy;
  double seconds = 0;  // spent in the steps
};

// What a callback remembers, under its name.
struct CallbackState {
  std::string name;
  Config config;
  std::vector<Tensor> tensors;
};

// What training keeps between steps besides the parameters: plain data, without a function or a pointer into anything. Made by the first
// step and outlives fit, so that a second fit goes on where the first stopped and a checkpoint can hold it.
struct TrainingState {
  std::uint64_t step = 0;  // steps taken

  // Where fit stands. Up to date in every call of a callback and after fit, also when it was stopped or threw. A fit that follows one which
  // ended within an epoch counts that epoch as finished and begins the next.
  std::uint64_t epochs = 0;              // finished, in all fits
  EpochProgress running;                 // of the epoch after them; all zeros between epochs
  std::vector<EpochReport> history;      // epochs that the last fit has finished
  std::vector<CallbackState> callbacks;  // of the last fit, in the order of its callbacks

  OptimizerState optimizer;
  ScheduleState schedule;
  std::vector<ParameterOptions> parameters;  // as the last step treated them, in the order of Model::parameters()
};

}  // namespace weir
