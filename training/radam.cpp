#include <weir/training/radam.hpp>

#include "training/adam_safe_magnitude.hpp"
#include "training/optimizer_ops.hpp"
#include "training/options.hpp"

namespace weir {

RAdam::RAdam(RAdamOptions options) : options_(options) {
  require_not_negative("radam", "lr", options.lr);
  require_share("radam", "beta1", options.beta1);
  require_share("radam", "beta2", options.beta2);
  require_positive("radam", "eps", options.eps);
  require_not_negative("radam", "weight_decay", options.weight_decay);
}

Config RAdam::config() const {
  return Config()
      .set("lr", options_.lr)
      .set("beta1", options_.beta1)
      .set("beta2", options_.beta2)
      .set("eps", options_.eps)
      .set("weight_decay", options_.weight_decay);
}

void RAdam::update(const Context& context, const UpdateArgs& args) const {
  (context.device.is_cuda() ? cuda::radam_update : cpu::radam_update)(context, options_, args);
}

std::shared_ptr<const Optimizer> RAdam::with_weight_decay(double weight_decay) const { return copy_with_weight_decay(*this, weight_decay); }

// As Adam's (see adam.cpp): the rectifying factors are at most 1, and the divisor is 1 or at least eps.
double RAdam::safe_magnitude(DType dtype) const { return adam_safe_magnitude(dtype, options_.beta1, options_.eps, options_.weight_decay); }

}  // namespace weir
