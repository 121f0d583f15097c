#include <algorithm>
#include <cmath>
#include <weir/training/adagrad.hpp>

#include "core/on_device.hpp"
#include "training/optimizers/optimizer_ops.hpp"
#include "training/optimizers/options.hpp"

namespace weir {

Adagrad::Adagrad(AdagradOptions options) : options_(options) {
  require_not_negative("adagrad", "lr", options.lr);
  require_not_negative("adagrad", "lr_decay", options.lr_decay);
  require_not_negative("adagrad", "weight_decay", options.weight_decay);
  require_not_negative("adagrad", "initial_accumulator_value", options.initial_accumulator_value);
  require_positive("adagrad", "eps", options.eps);
}

Config Adagrad::config() const {
  return Config()
      .set("lr", options_.lr)
      .set("lr_decay", options_.lr_decay)
      .set("weight_decay", options_.weight_decay)
      .set("initial_accumulator_value", options_.initial_accumulator_value)
      .set("eps", options_.eps);
}

void Adagrad::update(const Context& context, const UpdateArgs& args) const {
  on_device(context.device, cpu::adagrad_update, cuda::adagrad_update)(context, options_, args);
}

std::shared_ptr<const Optimizer> Adagrad::with_weight_decay(double weight_decay) const {
  return copy_with_weight_decay(*this, weight_decay);
}

// With |w|, s, |g|, lr <= L, M = the largest number of dtype, and D = L (1 + weight_decay): |d| <= D, s' <= L + D^2, and the step is at
// most L D / eps. With L as below D^2 and L D / eps are at most M / 8.
double Adagrad::safe_magnitude(DType dtype) const {
  const double decay = rounded(options_.weight_decay, dtype), eps = rounded(options_.eps, dtype), most = largest_finite(dtype) / 8;
  if (!std::isfinite(decay) || options_.initial_accumulator_value > most) return 0;
  return std::sqrt(most * std::min(eps, 1.0)) / (1 + decay);
}

}  // namespace weir
