#pragma once

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <weir/core/dtype.hpp>
#include <weir/core/error.hpp>

#include "core/text.hpp"

// What optimizers ask of their options.

namespace weir {

// Throws ConfigError "sgd: momentum is 1.5, expected ..." unless `holds`.
inline void require_option(const char* optimizer, const char* option, double value, bool holds, const char* expected) {
  if (holds) return;
  throw ConfigError(std::string(optimizer) + ": " + option + " is " + number_text(value) + ", expected " + expected + ".");
}

inline void require_not_negative(const char* optimizer, const char* option, double value) {
  require_option(optimizer, option, value, value >= 0 && std::isfinite(value), "a finite number, 0 or more");
}

inline void require_positive(const char* optimizer, const char* option, double value) {
  require_option(optimizer, option, value, value > 0 && std::isfinite(value), "a finite number above 0");
}

inline void require_share(const char* optimizer, const char* option, double value) {
  require_option(optimizer, option, value, value >= 0 && value < 1, "a number from 0 to below 1");
}

// The largest finite number of a compute dtype, and a number as that dtype holds it.
inline double largest_finite(DType dtype) {
  return dtype == DType::f64 ? std::numeric_limits<double>::max() : static_cast<double>(std::numeric_limits<float>::max());
}
inline double rounded(double value, DType dtype) { return dtype == DType::f64 ? value : static_cast<double>(static_cast<float>(value)); }

// For Optimizer::with_weight_decay.
template <class O>
std::shared_ptr<const O> copy_with_weight_decay(const O& optimizer, double weight_decay) {
  auto options = optimizer.options();
  options.weight_decay = weight_decay;
  return std::make_shared<const O>(options);
}

}  // namespace weir
