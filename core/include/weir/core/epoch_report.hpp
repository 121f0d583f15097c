#pragma once

#include <cstdint>
#include <optional>

namespace weir {

// An epoch of fit when it is over. Losses are means over samples, with their weights; accuracies are fractions of 1, there when a loss
// classifies.
struct EpochReport {
  std::int64_t epoch = 0;  // of this fit, from 1
  std::int64_t epochs = 0;
  std::int64_t samples = 0;        // trained on: all of them, unless fit was stopped or drop_last left some out
  std::uint64_t total_steps = 0;   // that the Model has taken, in earlier fits too
  double loss = 0;                 // over the epoch, each batch before its update
  std::optional<double> accuracy;  // likewise
  std::optional<double> validation_loss;
  std::optional<double> validation_accuracy;
  double learning_rate = 0;  // of the last step
  double seconds = 0;        // spent in training steps: without validation and callbacks
};

}  // namespace weir
