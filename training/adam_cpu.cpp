#include "training/adam_rule.hpp"
#include "training/apply_rule_cpu.hpp"
#include "training/optimizer_ops.hpp"

namespace weir::cpu {

void adam_update(const Context& context, const AdamOptions& options, const UpdateArgs& args) {
  apply_rule<AdamRule>(context, options, args);
}

}  // namespace weir::cpu
