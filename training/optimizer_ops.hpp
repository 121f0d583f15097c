#pragma once

#include <weir/training/adam.hpp>
#include <weir/training/sgd.hpp>

// One pass of an optimizer's rule over its blocks. Callers have checked them.

namespace weir::cpu {
void sgd_update(const Context& context, const SGDOptions& options, const UpdateArgs& args);  // with momentum when args has a moment
void adam_update(const Context& context, const AdamOptions& options, const UpdateArgs& args);
}  // namespace weir::cpu

namespace weir::cuda {
void sgd_update(const Context& context, const SGDOptions& options, const UpdateArgs& args);
void adam_update(const Context& context, const AdamOptions& options, const UpdateArgs& args);
}  // namespace weir::cuda
