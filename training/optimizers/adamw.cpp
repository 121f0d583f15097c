#include <weir/training/adamw.hpp>

#include "core/on_device.hpp"
#include "training/optimizers/adam_family.hpp"
#include "training/optimizers/optimizer_ops.hpp"
#include "training/optimizers/options.hpp"

namespace weir {

AdamW::AdamW(AdamWOptions options) : options_(options) { require_adam_options("adamw", options); }

Config AdamW::config() const { return adam_config(options_).set("amsgrad", options_.amsgrad); }

void AdamW::update(const Context& context, const UpdateArgs& args) const {
  on_device(context.device, cpu::adamw_update, cuda::adamw_update)(context, options_, args);
}

std::shared_ptr<const Optimizer> AdamW::with_weight_decay(double weight_decay) const { return copy_with_weight_decay(*this, weight_decay); }

// As Adam's (see adam.cpp): with its L, |w (1 - lr weight_decay)| <= L + L^2 weight_decay, and L^2 (1 + weight_decay)^2 <= M / 8.
double AdamW::safe_magnitude(DType dtype) const { return adam_safe_magnitude(dtype, options_.beta1, options_.eps, options_.weight_decay); }

}  // namespace weir
