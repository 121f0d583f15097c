#pragma once

#include <weir/training/adadelta.hpp>
#include <weir/training/adagrad.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/adamw.hpp>
#include <weir/training/lion.hpp>
#include <weir/training/nadam.hpp>
#include <weir/training/radam.hpp>
#include <weir/training/rmsprop.hpp>
#include <weir/training/sgd.hpp>

// One pass of an optimizer's rule over its blocks. Callers have checked them. Where an optimizer has several rules, its options and the
// number of moments say which.

namespace weir::cpu {
void sgd_update(const Context& context, const SGDOptions& options, const UpdateArgs& args);  // with momentum when args has a moment
void adam_update(const Context& context, const AdamOptions& options, const UpdateArgs& args);
void adamw_update(const Context& context, const AdamWOptions& options, const UpdateArgs& args);
void nadam_update(const Context& context, const NAdamOptions& options, const UpdateArgs& args);
void radam_update(const Context& context, const RAdamOptions& options, const UpdateArgs& args);
void rmsprop_update(const Context& context, const RMSpropOptions& options, const UpdateArgs& args);
void adagrad_update(const Context& context, const AdagradOptions& options, const UpdateArgs& args);
void adadelta_update(const Context& context, const AdadeltaOptions& options, const UpdateArgs& args);
void lion_update(const Context& context, const LionOptions& options, const UpdateArgs& args);
}  // namespace weir::cpu

namespace weir::cuda {
void sgd_update(const Context& context, const SGDOptions& options, const UpdateArgs& args);
void adam_update(const Context& context, const AdamOptions& options, const UpdateArgs& args);
void adamw_update(const Context& context, const AdamWOptions& options, const UpdateArgs& args);
void nadam_update(const Context& context, const NAdamOptions& options, const UpdateArgs& args);
void radam_update(const Context& context, const RAdamOptions& options, const UpdateArgs& args);
void rmsprop_update(const Context& context, const RMSpropOptions& options, const UpdateArgs& args);
void adagrad_update(const Context& context, const AdagradOptions& options, const UpdateArgs& args);
void adadelta_update(const Context& context, const AdadeltaOptions& options, const UpdateArgs& args);
void lion_update(const Context& context, const LionOptions& options, const UpdateArgs& args);
}  // namespace weir::cuda
