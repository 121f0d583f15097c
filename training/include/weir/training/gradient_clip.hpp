#pragma once

#include <limits>

namespace weir {

// What gradients are cut down to before an update, in this order. A norm is the root of the sum of squares; what exceeds its limit is
// multiplied by limit / (norm + 1e-6), as torch.nn.utils.clip_grad_norm_ does.
struct GradientClip {
  static constexpr double none = std::numeric_limits<double>::infinity();

  double value = none;        // each entry into [-value, value]
  double norm = none;         // each parameter's gradient by itself
  double global_norm = none;  // all of them together
};

}  // namespace weir
