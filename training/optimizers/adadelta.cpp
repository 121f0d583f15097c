#include <algorithm>
#include <cmath>
#include <weir/training/adadelta.hpp>

#include "core/on_device.hpp"
#include "training/optimizers/optimizer_ops.hpp"
#include "training/optimizers/options.hpp"

namespace weir {

Adadelta::Adadelta(AdadeltaOptions options) : options_(options) {
  require_not_negative("adadelta", "lr", options.lr);
  require_share("adadelta", "rho", options.rho);
  require_positive("adadelta", "eps", options.eps);
  require_not_negative("adadelta", "weight_decay", options.weight_decay);
}

Config Adadelta::config() const {
  return Config().set("lr", options_.lr).set("rho", options_.rho).set("eps", options_.eps).set("weight_decay", options_.weight_decay);
}

void Adadelta::update(const Context& context, const UpdateArgs& args) const {
  on_device(context.device, cpu::adadelta_update, cuda::adadelta_update)(context, options_, args);
}

std::shared_ptr<const Optimizer> Adadelta::with_weight_decay(double weight_decay) const {
  return copy_with_weight_decay(*this, weight_decay);
}

// With |w|, v, u, |g|, lr <= L, M = the largest number of dtype, and D = L (1 + weight_decay): |d| <= D, v' <= L + D^2,
// s^2 <= (L + eps) / eps D^2 = (L / eps + 1) D^2. With L as below L^3 (1 + weight_decay)^2 / eps and D^2 are at most M / 16, so s^2 is at
// most M / 8 and lr |s| <= (M / 16)^(1/3) sqrt(M / 8) as well.
double Adadelta::safe_magnitude(DType dtype) const {
  const double decay = rounded(options_.weight_decay, dtype), eps = rounded(options_.eps, dtype), most = largest_finite(dtype) / 16;
  return std::isfinite(decay) && eps <= most ? std::cbrt(most * std::min(eps, 1.0)) / (1 + decay) : 0;
}

}  // namespace weir
