#include <weir/training/sgd.hpp>

#include "core/on_device.hpp"
#include "training/optimizers/optimizer_ops.hpp"
#include "training/optimizers/options.hpp"

namespace weir {

SGD::SGD(SGDOptions options) : options_(options) {
  require_not_negative("sgd", "lr", options.lr);
  require_share("sgd", "momentum", options.momentum);
  require_option("sgd", "dampening", options.dampening, options.dampening >= 0 && options.dampening <= 1, "a number from 0 to 1");
  require_not_negative("sgd", "weight_decay", options.weight_decay);
  if (!options.nesterov) return;
  require_option("sgd", "momentum", options.momentum, options.momentum > 0, "a number above 0 with nesterov");
  require_option("sgd", "dampening", options.dampening, options.dampening == 0, "0 with nesterov");
}

Config SGD::config() const {
  return Config()
      .set("lr", options_.lr)
      .set("momentum", options_.momentum)
      .set("dampening", options_.dampening)
      .set("weight_decay", options_.weight_decay)
      .set("nesterov", options_.nesterov);
}

void SGD::update(const Context& context, const UpdateArgs& args) const {
  on_device(context.device, cpu::sgd_update, cuda::sgd_update)(context, options_, args);
}

std::shared_ptr<const Optimizer> SGD::with_weight_decay(double weight_decay) const { return copy_with_weight_decay(*this, weight_decay); }

// With |w|, |b|, |g|, lr <= L and M = the largest number of dtype: |d| <= L (1 + weight_decay), |b'| <= L + |d|, and
// lr |d + momentum b'| <= L (L + 2 |d|) <= 3 L^2 (1 + weight_decay). With L as below that is at most 3/8 M, and |w'| below M.
double SGD::safe_magnitude(DType dtype) const {
  const double decay = rounded(options_.weight_decay, dtype);
  return std::isfinite(decay) ? std::sqrt(largest_finite(dtype) / 8) / (1 + decay) : 0;
}

}  // namespace weir
