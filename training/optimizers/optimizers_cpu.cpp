#include "training/optimizers/adadelta_rule.hpp"
#include "training/optimizers/adagrad_rule.hpp"
#include "training/optimizers/adam_rule.hpp"
#include "training/optimizers/adamw_rule.hpp"
#include "training/optimizers/apply_rule_cpu.hpp"
#include "training/optimizers/lion_rule.hpp"
#include "training/optimizers/nadam_rule.hpp"
#include "training/optimizers/optimizer_ops.hpp"
#include "training/optimizers/radam_rule.hpp"
#include "training/optimizers/rmsprop_rule.hpp"
#include "training/optimizers/sgd_rule.hpp"

namespace weir::cpu {

void sgd_update(const Context& context, const SGDOptions& options, const UpdateArgs& args) {
  args.moments.empty() ? apply_rule<SGDRule>(context, options, args) : apply_rule<MomentumRule>(context, options, args);
}

void adam_update(const Context& context, const AdamOptions& options, const UpdateArgs& args) {
  options.amsgrad ? apply_rule<AMSGradRule>(context, options, args) : apply_rule<AdamRule>(context, options, args);
}

void adamw_update(const Context& context, const AdamWOptions& options, const UpdateArgs& args) {
  options.amsgrad ? apply_rule<AdamWAMSGradRule>(context, options, args) : apply_rule<AdamWRule>(context, options, args);
}

void nadam_update(const Context& context, const NAdamOptions& options, const UpdateArgs& args) {
  apply_rule<NAdamRule>(context, options, args);
}

void radam_update(const Context& context, const RAdamOptions& options, const UpdateArgs& args) {
  apply_rule<RAdamRule>(context, options, args);
}

void rmsprop_update(const Context& context, const RMSpropOptions& options, const UpdateArgs& args) {
  if (options.momentum == 0) {
    options.centered ? apply_rule<RMSpropCenteredRule>(context, options, args) : apply_rule<RMSpropRule>(context, options, args);
  } else {
    options.centered ? apply_rule<RMSpropCenteredMomentumRule>(context, options, args)
                     : apply_rule<RMSpropMomentumRule>(context, options, args);
  }
}

void adagrad_update(const Context& context, const AdagradOptions& options, const UpdateArgs& args) {
  apply_rule<AdagradRule>(context, options, args);
}

void adadelta_update(const Context& context, const AdadeltaOptions& options, const UpdateArgs& args) {
  apply_rule<AdadeltaRule>(context, options, args);
}

void lion_update(const Context& context, const LionOptions& options, const UpdateArgs& args) {
  apply_rule<LionRule>(context, options, args);
}

}  // namespace weir::cpu
