#pragma once

#include <algorithm>
#include <cmath>

#include "training/options.hpp"

namespace weir {

// L of adam.cpp: for steps of at most lr |m| / ((1 - beta1) eps) with moments of d = g + weight_decay w.
inline double adam_safe_magnitude(DType dtype, double beta1, double eps_option, double weight_decay) {
  const double decay = rounded(weight_decay, dtype), eps = rounded(eps_option, dtype);
  return std::isfinite(decay) ? std::sqrt(largest_finite(dtype) / 8 * (1 - beta1) * std::min(eps, 1.0)) / (1 + decay) : 0;
}

}  // namespace weir
