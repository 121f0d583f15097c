#include "training/apply_rule_cpu.hpp"
#include "training/optimizer_ops.hpp"
#include "training/sgd_rule.hpp"

namespace weir::cpu {

void sgd_update(const Context& context, const SGDOptions& options, const UpdateArgs& args) {
  args.moments.empty() ? apply_rule<SGDRule>(context, options, args) : apply_rule<MomentumRule>(context, options, args);
}

}  // namespace weir::cpu
