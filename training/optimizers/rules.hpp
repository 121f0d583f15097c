#pragma once

#include <variant>
#include <weir/training/optimizer.hpp>

#include "training/optimizers/adadelta_rule.hpp"
#include "training/optimizers/adagrad_rule.hpp"
#include "training/optimizers/adam_rule.hpp"
#include "training/optimizers/adamw_rule.hpp"
#include "training/optimizers/lion_rule.hpp"
#include "training/optimizers/nadam_rule.hpp"
#include "training/optimizers/radam_rule.hpp"
#include "training/optimizers/rmsprop_rule.hpp"
#include "training/optimizers/sgd_rule.hpp"

namespace weir {

// The one list of weir's optimizers: both devices, files and tests loop over it or visit it.
using OptimizerOptions = std::variant<SGDOptions, AdamOptions, AdamWOptions, NAdamOptions, RAdamOptions, RMSpropOptions, AdagradOptions,
                                      AdadeltaOptions, LionOptions>;

// One pass of an optimizer's rule over its blocks. Callers have checked them.
namespace cpu {
void update_parameters(const Context& context, const OptimizerOptions& options, const UpdateArgs& args);
}
namespace cuda {
void update_parameters(const Context& context, const OptimizerOptions& options, const UpdateArgs& args);
}

}  // namespace weir
