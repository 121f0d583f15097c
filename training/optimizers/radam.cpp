#include <weir/training/radam.hpp>

#include "core/on_device.hpp"
#include "training/optimizers/adam_family.hpp"
#include "training/optimizers/optimizer_ops.hpp"
#include "training/optimizers/options.hpp"

namespace weir {

RAdam::RAdam(RAdamOptions options) : options_(options) { require_adam_options("radam", options); }

Config RAdam::config() const { return adam_config(options_); }

void RAdam::update(const Context& context, const UpdateArgs& args) const {
  on_device(context.device, cpu::radam_update, cuda::radam_update)(context, options_, args);
}

std::shared_ptr<const Optimizer> RAdam::with_weight_decay(double weight_decay) const { return copy_with_weight_decay(*this, weight_decay); }

// As Adam's (see adam.cpp): the rectifying factors are at most 1, and the divisor is 1 or at least eps.
double RAdam::safe_magnitude(DType dtype) const { return adam_safe_magnitude(dtype, options_.beta1, options_.eps, options_.weight_decay); }

}  // namespace weir
