#pragma once

#include <cstdint>
#include <optional>
#include <vector>
#include <weir/core/epoch_report.hpp>

namespace weir {

// What a callback of fit answers.
enum class Control : std::uint8_t { go_on, stop };

// What a fit is about to do.
struct BeginReport {
  std::int64_t epochs = 0;
  std::int64_t steps = 0;    // in an epoch
  std::int64_t samples = 0;  // in an epoch
  bool accuracy = false;     // reports have one: a loss classifies
  bool validation = false;   // epochs' reports have a validation_loss
};

// After a step of fit. Losses are means over samples, with their weights; accuracies are fractions of 1, there when a loss classifies.
struct StepReport {
  std::int64_t epoch = 0;  // of this fit, from 1
  std::int64_t epochs = 0;
  std::int64_t step = 0;           // of this epoch, from 1
  std::int64_t steps = 0;          // in an epoch
  std::int64_t samples = 0;        // of this epoch, so far
  std::uint64_t total_steps = 0;   // that the Model has taken, in earlier fits too
  double loss = 0;                 // of this step's samples
  double epoch_loss = 0;           // of this epoch, so far
  std::optional<double> accuracy;  // of this epoch, so far, each batch before its update
  double learning_rate = 0;        // of this step
  double seconds = 0;              // spent in this epoch's training steps
};

// What fit did.
struct History {
  std::vector<EpochReport> epochs;  // the last one is short when fit was stopped within it
  bool stopped = false;             // by a callback or FitOptions::stop
};

}  // namespace weir
