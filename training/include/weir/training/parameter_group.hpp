#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <weir/core/model.hpp>

namespace weir {

// Parameters that training treats in a way of their own. Of several groups a parameter belongs to the first that it matches; one that
// matches none has the optimizer's options. For example {.names = "*.bias", .lr = 0.1} or {.names = "0.*", .frozen = true}.
struct ParameterGroup {
  std::string names = {};                                     // "*.bias": * stands for any characters, ? for one; empty: every name
  std::function<bool(const ArenaEntry&)> when = {};           // and a condition of your own; none: always
  std::optional<double> lr = {};                              // instead of the optimizer's; a schedule applies to it too
  std::optional<double> weight_decay = {};                    // instead of the optimizer's
  bool frozen = false;                                        // stays as it is, and is in no norm
  double l1 = 0;                                              // l1 |w| is minimised too: its slope l1 sign(w) is added to the gradient ...
  double l2 = 0;                                              // ... and l2 w, the slope of l2 w^2 / 2. Neither is in the loss reported
  double max_norm = std::numeric_limits<double>::infinity();  // after a step no row of a weight [..., in] is longer than this
};

// Biases, the scales of norms and whatever else has one dimension, without weight decay.
ParameterGroup vectors_without_decay();

}  // namespace weir
