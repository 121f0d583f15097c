#pragma once

#include <tuple>
#include <weir/training/constant_lr.hpp>
#include <weir/training/cosine_annealing_lr.hpp>
#include <weir/training/cosine_annealing_warm_restarts.hpp>
#include <weir/training/exponential_lr.hpp>
#include <weir/training/linear_lr.hpp>
#include <weir/training/linear_warmup.hpp>
#include <weir/training/multi_step_lr.hpp>
#include <weir/training/one_cycle_lr.hpp>
#include <weir/training/polynomial_lr.hpp>
#include <weir/training/reduce_lr_on_plateau.hpp>
#include <weir/training/step_lr.hpp>

namespace weir {

// The project's only list of its schedules: files, tests and the Python module loop over it.
using Schedules = std::tuple<ConstantLR, CosineAnnealingLR, CosineAnnealingWarmRestarts, ExponentialLR, LinearLR, LinearWarmup, MultiStepLR,
                             OneCycleLR, PolynomialLR, ReduceLROnPlateau, StepLR>;

}  // namespace weir
