// Options that are left out: PyTorch's defaults where PyTorch has the option and a default for it.

#include <doctest/doctest.h>

#include <weir/training/constant_lr.hpp>
#include <weir/training/cosine_annealing_lr.hpp>
#include <weir/training/cosine_annealing_warm_restarts.hpp>
#include <weir/training/exponential_lr.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/gradient_clip.hpp>
#include <weir/training/linear_lr.hpp>
#include <weir/training/linear_warmup.hpp>
#include <weir/training/multi_step_lr.hpp>
#include <weir/training/one_cycle_lr.hpp>
#include <weir/training/parameter_group.hpp>
#include <weir/training/polynomial_lr.hpp>
#include <weir/training/reduce_lr_on_plateau.hpp>
#include <weir/training/step_lr.hpp>

#include "tests/training/optimizers/all_optimizers.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("defaults: of the optimizers") {
  CHECK(SGD().describe() == "sgd(lr=0.001, momentum=0, dampening=0, weight_decay=0, nesterov=false)");
  CHECK(Adam().describe() == "adam(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08, weight_decay=0, amsgrad=false)");
  CHECK(AdamW().describe() == "adamw(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08, weight_decay=0.01, amsgrad=false)");
  CHECK(NAdam().describe() == "nadam(lr=0.002, beta1=0.9, beta2=0.999, eps=1e-08, weight_decay=0, momentum_decay=0.004)");
  CHECK(RAdam().describe() == "radam(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08, weight_decay=0)");
  CHECK(RMSprop().describe() == "rmsprop(lr=0.01, alpha=0.99, eps=1e-08, weight_decay=0, momentum=0, centered=false)");
  CHECK(Adagrad().describe() == "adagrad(lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10)");
  CHECK(Adadelta().describe() == "adadelta(lr=1, rho=0.9, eps=1e-06, weight_decay=0)");
  CHECK(Lion().describe() == "lion(lr=0.0001, beta1=0.9, beta2=0.99, weight_decay=0)");  // of its authors
}

TEST_CASE("defaults: of the schedules") {
  CHECK(StepLR({}).describe() == "StepLR(step_size=30, gamma=0.1)");
  CHECK(MultiStepLR({}).describe() == "MultiStepLR(milestones=[], gamma=0.1)");
  CHECK(ExponentialLR({}).describe() == "ExponentialLR(gamma=0.95)");
  CHECK(PolynomialLR({}).describe() == "PolynomialLR(total_iters=5, power=1)");
  CHECK(ConstantLR({}).describe() == "ConstantLR(factor=0.3333333333333333, total_iters=5)");
  CHECK(LinearLR({}).describe() == "LinearLR(start_factor=0.3333333333333333, end_factor=1, total_iters=5)");
  CHECK(LinearWarmup({}).describe() == "LinearWarmup(total_iters=5, start_factor=0.3333333333333333)");
  CHECK(CosineAnnealingLR({}).describe() == "CosineAnnealingLR(T_max=10, eta_min=0)");
  CHECK(CosineAnnealingWarmRestarts({}).describe() == "CosineAnnealingWarmRestarts(T_0=10, T_mult=1, eta_min=0)");
  CHECK(OneCycleLR({.total_steps = 9}).describe() ==
        "OneCycleLR(total_steps=9, pct_start=0.3, linear=false, div_factor=25, final_div_factor=10000, three_phase=false)");
  CHECK(ReduceLROnPlateau().describe() ==
        "ReduceLROnPlateau(mode=min, factor=0.1, patience=10, threshold=0.0001, threshold_mode=rel, cooldown=0, min_lr=0, eps=1e-08)");
}

TEST_CASE("defaults: of a fit and a model") {
  const FitOptions fit;
  CHECK(fit.epochs == 1);
  CHECK(fit.batch == 32);
  CHECK(fit.accumulate == 1);
  CHECK(fit.on_step_every == 1);
  CHECK(fit.shuffle);
  CHECK(fit.check_finite);
  CHECK_FALSE(fit.drop_last);
  CHECK(fit.stop == nullptr);
  CHECK(fit.validation == nullptr);
  for (const double limit : {fit.clip.value, fit.clip.norm, fit.clip.global_norm}) CHECK(limit == GradientClip::none);
  CHECK(vectors_without_decay().weight_decay == 0);
  const ModelOptions model;
  CHECK(model.device == Device::cpu());
  CHECK(model.dtype == DType::f32);
  CHECK(model.max_batch == 128);
  CHECK(model.seed == 0);
  CHECK(model.fuse);
  CHECK(model.reuse_memory);
  CHECK(model.precision == Precision::f32);
}

// All that an empty group leaves as the optimizer has it.
TEST_CASE("defaults: of a parameter group") {
  const ParameterGroup group;
  CHECK_FALSE(group.lr.has_value());
  CHECK_FALSE(group.weight_decay.has_value());
  CHECK(group.l1 == 0);
  CHECK(group.l2 == 0);
  CHECK(group.max_norm == GradientClip::none);
  CHECK_FALSE(group.frozen);
  CHECK_FALSE(ParameterOptions().frozen);
}
