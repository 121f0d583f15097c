#pragma once

#include <cstdint>
#include <optional>
#include <vector>
#include <weir/core/named_value.hpp>

namespace weir {

// A finished epoch of fit. Losses are means over samples, with sample weights applied; accuracies are fractions (0 to 1), present when a
// loss classifies.
struct EpochReport {
  std::int64_t epoch = 0;  // within this fit, from 1
  std::int64_t epochs = 0;
  std::int64_t samples = 0;        // trained on; fewer than all when fit was stopped or drop_last left some out
  std::uint64_t total_steps = 0;   // steps of the Model so far, in earlier fits too
  double loss = 0;                 // training loss, each batch measured before its update
  std::optional<double> accuracy;  // training accuracy, measured alike
  std::optional<double> validation_loss;
  std::optional<double> validation_accuracy;
  std::vector<NamedValue> metrics;  // FitOptions::metrics of the validation data
  double learning_rate = 0;         // of the last step
  double seconds = 0;               // of training steps, without validation and callbacks
};

}  // namespace weir
