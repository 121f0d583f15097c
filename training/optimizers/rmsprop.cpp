#include <algorithm>
#include <cmath>
#include <weir/training/rmsprop.hpp>

#include "core/on_device.hpp"
#include "training/optimizers/optimizer_ops.hpp"
#include "training/optimizers/options.hpp"

namespace weir {

RMSprop::RMSprop(RMSpropOptions options) : options_(options) {
  require_not_negative("rmsprop", "lr", options.lr);
  require_share("rmsprop", "alpha", options.alpha);
  require_positive("rmsprop", "eps", options.eps);
  require_not_negative("rmsprop", "weight_decay", options.weight_decay);
  require_share("rmsprop", "momentum", options.momentum);
}

Config RMSprop::config() const {
  return Config()
      .set("lr", options_.lr)
      .set("alpha", options_.alpha)
      .set("eps", options_.eps)
      .set("weight_decay", options_.weight_decay)
      .set("momentum", options_.momentum)
      .set("centered", options_.centered);
}

void RMSprop::update(const Context& context, const UpdateArgs& args) const {
  on_device(context.device, cpu::rmsprop_update, cuda::rmsprop_update)(context, options_, args);
}

std::shared_ptr<const Optimizer> RMSprop::with_weight_decay(double weight_decay) const {
  return copy_with_weight_decay(*this, weight_decay);
}

// With |w|, v, |a|, |b|, |g|, lr <= L, M = the largest number of dtype, and D = L (1 + weight_decay): |d| <= D, v' <= L + D^2, a'^2 <= D^2,
// |b'| <= L + D / eps, and the step is at most L^2 + L D / eps. With L as below D^2, D / eps and L D / eps are at most M / 8.
double RMSprop::safe_magnitude(DType dtype) const {
  const double decay = rounded(options_.weight_decay, dtype), eps = rounded(options_.eps, dtype), most = largest_finite(dtype) / 8;
  return std::isfinite(decay) ? std::min(std::sqrt(most * std::min(eps, 1.0)), most * eps) / (1 + decay) : 0;
}

}  // namespace weir
