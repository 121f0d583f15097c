#include <weir/training/nadam.hpp>

#include "core/on_device.hpp"
#include "training/optimizers/adam_family.hpp"
#include "training/optimizers/optimizer_ops.hpp"
#include "training/optimizers/options.hpp"

namespace weir {

NAdam::NAdam(NAdamOptions options) : options_(options) {
  require_adam_options("nadam", options);
  require_not_negative("nadam", "momentum_decay", options.momentum_decay);
}

Config NAdam::config() const { return adam_config(options_).set("momentum_decay", options_.momentum_decay); }

void NAdam::update(const Context& context, const UpdateArgs& args) const {
  on_device(context.device, cpu::nadam_update, cuda::nadam_update)(context, options_, args);
}

std::shared_ptr<const Optimizer> NAdam::with_weight_decay(double weight_decay) const { return copy_with_weight_decay(*this, weight_decay); }

// As Adam's (see adam.cpp): 1 - p(t) >= 1 - beta1, so that both parts of the step's numerator are at most L D / (1 - beta1), and half of
// Adam's L leaves room for their sum.
double NAdam::safe_magnitude(DType dtype) const {
  return adam_safe_magnitude(dtype, options_.beta1, options_.eps, options_.weight_decay) / 2;
}

}  // namespace weir
