#pragma once

#include <algorithm>
#include <cmath>
#include <weir/core/config.hpp>

#include "training/optimizers/options.hpp"

// What Adam, AdamW, NAdam and RAdam share.

namespace weir {

template <class Options>
void require_adam_options(const char* optimizer, const Options& options) {
  require_not_negative(optimizer, "lr", options.lr);
  require_share(optimizer, "beta1", options.beta1);
  require_share(optimizer, "beta2", options.beta2);
  require_positive(optimizer, "eps", options.eps);
  require_not_negative(optimizer, "weight_decay", options.weight_decay);
}

template <class Options>
Config adam_config(const Options& options) {
  return Config()
      .set("lr", options.lr)
      .set("beta1", options.beta1)
      .set("beta2", options.beta2)
      .set("eps", options.eps)
      .set("weight_decay", options.weight_decay);
}

// L of adam.cpp: for steps of at most lr |m| / ((1 - beta1) eps) with moments of d = g + weight_decay w.
inline double adam_safe_magnitude(DType dtype, double beta1, double eps_option, double weight_decay) {
  const double decay = rounded(weight_decay, dtype), eps = rounded(eps_option, dtype);
  return std::isfinite(decay) ? std::sqrt(largest_finite(dtype) / 8 * (1 - beta1) * std::min(eps, 1.0)) / (1 + decay) : 0;
}

}  // namespace weir
