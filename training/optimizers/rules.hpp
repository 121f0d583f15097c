#pragma once

#include <variant>
#include <weir/training/optimizer.hpp>

#include "core/operation.hpp"
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

// The list of all weir's optimizers, which devices, files and tests loop over or visit.
using OptimizerOptions = std::variant<SGDOptions, AdamOptions, AdamWOptions, NAdamOptions, RAdamOptions, RMSpropOptions, AdagradOptions,
                                      AdadeltaOptions, LionOptions>;

// One update of all blocks by an optimizer's rule. Callers have checked the blocks.
WEIR_OPERATION(update_parameters, const OptimizerOptions& options, const UpdateArgs& args);

}  // namespace weir
