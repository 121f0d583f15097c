#include <weir/training/nadam.hpp>

#include "training/adam_safe_magnitude.hpp"
#include "training/optimizer_ops.hpp"
#include "training/options.hpp"

namespace weir {

NAdam::NAdam(NAdamOptions options) : options_(options) {
  require_not_negative("nadam", "lr", options.lr);
  require_share("nadam", "beta1", options.beta1);
  require_share("nadam", "beta2", options.beta2);
  require_positive("nadam", "eps", options.eps);
  require_not_negative("nadam", "weight_decay", options.weight_decay);
  require_not_negative("nadam", "momentum_decay", options.momentum_decay);
}

Config NAdam::config() const {
  return Config()
      .set("lr", options_.lr)
      .set("beta1", options_.beta1)
      .set("beta2", options_.beta2)
      .set("eps", options_.eps)
      .set("weight_decay", options_.weight_decay)
      .set("momentum_decay", options_.momentum_decay);
}

void NAdam::update(const Context& context, const UpdateArgs& args) const {
  (context.device.is_cuda() ? cuda::nadam_update : cpu::nadam_update)(context, options_, args);
}

std::shared_ptr<const Optimizer> NAdam::with_weight_decay(double weight_decay) const { return copy_with_weight_decay(*this, weight_decay); }

// As Adam's (see adam.cpp): 1 - p(t) >= 1 - beta1, so that both parts of the step's numerator are at most L D / (1 - beta1), and half of
// Adam's L leaves room for their sum.
double NAdam::safe_magnitude(DType dtype) const {
  return adam_safe_magnitude(dtype, options_.beta1, options_.eps, options_.weight_decay) / 2;
}

}  // namespace weir
