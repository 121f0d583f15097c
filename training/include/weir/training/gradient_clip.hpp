#pragma once

#include <limits>

namespace weir {

// Limits for gradients before an update, applied in this order. A norm is the L2 norm; gradients whose norm exceeds its limit are
// multiplied by limit / (norm + 1e-6), as torch.nn.utils.clip_grad_norm_ does.
struct GradientClip {
  static constexpr double none = std::numeric_limits<double>::infinity();

  double value = none;        // clamps each element to [-value, value]
  double norm = none;         // of each parameter's gradient
  double global_norm = none;  // of all gradients together
};

}  // namespace weir
