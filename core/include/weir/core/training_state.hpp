#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <weir/core/config.hpp>
#include <weir/core/epoch_report.hpp>
#include <weir/core/tensor.hpp>

namespace weir {

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

// What training keeps between steps besides the parameters. Made by the first fit and outlives it, so that a second fit goes on where
// the first stopped and a checkpoint can hold it.
struct TrainingState {
  std::uint64_t step = 0;  // steps taken

  // Where fit stands. Up to date in every call of a callback and after fit, also when it was stopped or threw. A fit that follows one which
  // ended within an epoch counts that epoch as finished and begins the next.
  std::uint64_t epochs = 0;              // finished, in all fits
  EpochProgress running;                 // of the epoch after them; all zeros between epochs
  std::vector<EpochReport> history;      // epochs that the last fit has finished
  std::vector<CallbackState> callbacks;  // of the last fit, in the order of its callbacks

  std::string optimizer;        // describe() of the optimizer that the moments belong to; empty before the first
  std::vector<Tensor> moments;  // each [all parameters], in the Model's dtype and on its device

  std::string schedule;                 // describe() of the schedule that the next two belong to; empty before the first
  std::uint64_t schedule_time = 0;      // steps or epochs that it has counted
  std::vector<double> schedule_memory;  // what it remembers of them
};

}  // namespace weir
