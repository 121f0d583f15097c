#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>
#include <weir/core/epoch_report.hpp>

namespace weir {

// Returned by a callback.
enum class Control : std::uint8_t { go_on, stop };

// Passed to on_begin.
struct BeginReport {
  std::int64_t epochs = 0;
  std::int64_t steps = 0;                 // in an epoch
  std::int64_t samples = 0;               // in an epoch
  bool accuracy = false;                  // a loss classifies, so reports have an accuracy
  bool validation = false;                // epoch reports have a validation_loss
  std::vector<std::string> metrics = {};  // names of FitOptions::metrics
  std::string resumed_from;               // the checkpoint that fit goes on from (FitOptions::resume); empty when it begins
  std::vector<std::string> damaged = {};  // messages about newer checkpoints that could not be used
};

// A step of fit that has finished. Losses are means over samples, with sample weights applied; accuracies are fractions (0 to 1), present
// when a loss classifies.
struct StepReport {
  std::int64_t epoch = 0;  // within this fit, from 1
  std::int64_t epochs = 0;
  std::int64_t step = 0;           // of this epoch, from 1
  std::int64_t steps = 0;          // in an epoch
  std::int64_t samples = 0;        // of this epoch so far
  std::uint64_t total_steps = 0;   // of the Model so far, in earlier fits too
  double loss = 0;                 // of this step's samples
  double epoch_loss = 0;           // of this epoch so far
  std::optional<double> accuracy;  // of this epoch so far, each batch measured before its update
  double learning_rate = 0;        // of this step
  double seconds = 0;              // spent in this epoch's training steps
};

// The result of fit.
struct History {
  std::vector<EpochReport> epochs;  // the last epoch is partial if fit was stopped within it
  bool stopped = false;             // by a callback or FitOptions::stop
  std::string resumed_from = {};    // as in BeginReport
  std::vector<std::string> damaged = {};
  // What chose the order in which several ranks' gradients were added, on which the result then depends ("MPI_Allreduce of Open MPI
  // 4.1.4"). Empty: the order was that of one rank (FitOptions::deterministic).
  std::string order_of_sums = {};
};

}  // namespace weir
