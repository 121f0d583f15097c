#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <weir/core/model.hpp>

namespace weir {

// Parameters with options of their own, as PyTorch's param_groups. A parameter belongs to the first group that it matches; without a match
// the optimizer's options apply. A shared parameter matches by any of its names. For example {.names = "*.bias", .lr = 0.1} or {.names =
// "0.*", .frozen = true}.
struct ParameterGroup {
  std::string names = {};                                     // "*.bias": * stands for any characters, ? for one; empty: every name
  std::function<bool(const ArenaEntry&)> when = {};           // additional condition; empty: always true
  std::optional<double> lr = {};                              // unset: the optimizer's; a schedule applies to it too
  std::optional<double> weight_decay = {};                    // unset: the optimizer's
  bool frozen = false;                                        // not trained, and not part of any gradient norm
  double l1 = 0;                                              // L1 penalty: l1 sign(w) is added to the gradient ...
  double l2 = 0;                                              // ... and L2 penalty: l2 w is added. Neither is part of the reported loss
  double max_norm = std::numeric_limits<double>::infinity();  // limit for the norm of each row of a weight [..., in] after a step
};

// A group of all parameters with one dimension (biases, scales of norms) with weight decay 0.
ParameterGroup vectors_without_decay();

}  // namespace weir
