#pragma once

#include <weir/training/optimizers.hpp>

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

// One update of all blocks by an optimizer's rule. Callers have checked the blocks.
WEIR_OPERATION(update_parameters, const OptimizerOptions& options, const UpdateArgs& args);

}  // namespace weir
