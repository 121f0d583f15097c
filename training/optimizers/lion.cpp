#include <cmath>
#include <weir/training/lion.hpp>

#include "core/on_device.hpp"
#include "training/optimizers/optimizer_ops.hpp"
#include "training/optimizers/options.hpp"

namespace weir {

Lion::Lion(LionOptions options) : options_(options) {
  require_not_negative("lion", "lr", options.lr);
  require_share("lion", "beta1", options.beta1);
  require_share("lion", "beta2", options.beta2);
  require_not_negative("lion", "weight_decay", options.weight_decay);
}

Config Lion::config() const {
  return Config()
      .set("lr", options_.lr)
      .set("beta1", options_.beta1)
      .set("beta2", options_.beta2)
      .set("weight_decay", options_.weight_decay);
}

void Lion::update(const Context& context, const UpdateArgs& args) const {
  on_device(context.device, cpu::lion_update, cuda::lion_update)(context, options_, args);
}

std::shared_ptr<const Optimizer> Lion::with_weight_decay(double weight_decay) const { return copy_with_weight_decay(*this, weight_decay); }

// With |w|, |m|, |g|, lr <= L and M = the largest number of dtype: the means are at most L, and the step is at most L (1 + weight_decay L).
// With L as below L^2 (1 + weight_decay)^2 <= M / 8.
double Lion::safe_magnitude(DType dtype) const {
  const double decay = rounded(options_.weight_decay, dtype);
  return std::isfinite(decay) ? std::sqrt(largest_finite(dtype) / 8) / (1 + decay) : 0;
}

}  // namespace weir
