#include <weir/training/adam.hpp>

#include "core/on_device.hpp"
#include "training/optimizers/adam_family.hpp"
#include "training/optimizers/optimizer_ops.hpp"
#include "training/optimizers/options.hpp"

namespace weir {

Adam::Adam(AdamOptions options) : options_(options) { require_adam_options("adam", options); }

Config Adam::config() const { return adam_config(options_).set("amsgrad", options_.amsgrad); }

void Adam::update(const Context& context, const UpdateArgs& args) const {
  on_device(context.device, cpu::adam_update, cuda::adam_update)(context, options_, args);
}

std::shared_ptr<const Optimizer> Adam::with_weight_decay(double weight_decay) const { return copy_with_weight_decay(*this, weight_decay); }

// With |w|, |m|, v, u, |g|, lr <= L, M = the largest number of dtype, and D = L (1 + weight_decay): |d| <= D, |m'| <= D, v' <= L + D^2,
// and as 1 - beta1^t >= 1 - beta1 and the divisor is at least eps, the step is at most D^2 / ((1 - beta1) eps). With L as below
// D^2 <= M / 8 and so is the step; sqrt(v') / sqrt(1 - beta2^t) <= 1e8 sqrt(M) is far from M.
double Adam::safe_magnitude(DType dtype) const { return adam_safe_magnitude(dtype, options_.beta1, options_.eps, options_.weight_decay); }

}  // namespace weir
