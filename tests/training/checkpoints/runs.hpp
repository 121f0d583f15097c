#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>
#include <weir/activations/activation.hpp>
#include <weir/core/array.hpp>
#include <weir/layers/batch_norm.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/dropout.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>
#include <weir/training/adadelta.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/adamw.hpp>
#include <weir/training/constant_lr.hpp>
#include <weir/training/cosine_annealing_lr.hpp>
#include <weir/training/cosine_annealing_warm_restarts.hpp>
#include <weir/training/exponential_lr.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/linear_lr.hpp>
#include <weir/training/linear_warmup.hpp>
#include <weir/training/multi_step_lr.hpp>
#include <weir/training/one_cycle_lr.hpp>
#include <weir/training/polynomial_lr.hpp>
#include <weir/training/reduce_lr_on_plateau.hpp>
#include <weir/training/rmsprop.hpp>
#include <weir/training/sgd.hpp>
#include <weir/training/step_lr.hpp>

#include "core/text.hpp"
#include "tests/training/toy.hpp"

// Small runs that a test stops after each of their steps and resumes: ten steps in two epochs, the last of each epoch smaller.

namespace weir::test {

struct SmallRun {
  std::string name;
  std::function<Graph()> graph;
  DType dtype = DType::f32;
  std::function<void(FitOptions&)> change;  // from plain SGD
};

inline Graph small_net() { return sequential({6}, Dense(5), ReLU(), Dense(3)); }
inline Graph net_with_state() { return sequential({6}, Dense(6), BatchNorm(), ReLU(), Dropout(0.3), Dense(3)); }

inline const Dataset& run_data() {
  static const Dataset all = blobs(37);
  return all;
}

inline SmallRun plain_run_of();
inline Model model_of(const SmallRun& run) { return Model(run.graph(), {.dtype = run.dtype, .max_batch = 8, .seed = 7}); }

inline FitOptions options_of(const SmallRun& run) {
  static const Dataset validation = blobs(20, 6, 3, 2);
  FitOptions options{.loss = SoftmaxCrossEntropy(), .optimizer = SGD({.lr = 0.05}), .epochs = 2, .batch = 8, .validation = &validation};
  run.change(options);
  return options;
}

inline std::vector<SmallRun> small_runs() {
  static const std::vector<float> weights = [] {
    std::vector<float> list;
    for (int i = 0; i < 37; ++i) list.push_back(static_cast<float>(i % 4) / 2);
    return list;
  }();
  static const Tensor sample_weights = Tensor::from(std::span(weights), Shape{37});
  const auto with = [](AnySchedule schedule, std::optional<ScheduleUnit> unit = {}) {
    return [=](FitOptions& options) {
      options.optimizer = SGD({.lr = 0.05, .momentum = 0.9});
      options.schedule = schedule;
      options.schedule_unit = unit;
    };
  };
  return {
      {"plain", small_net, DType::f32, [](FitOptions&) {}},
      {"adam_f64", small_net, DType::f64, [](FitOptions& o) { o.optimizer = Adam({.lr = 0.01, .amsgrad = true}); }},
      {"state", net_with_state, DType::f32, [](FitOptions& o) { o.optimizer = RMSprop({.lr = 0.01, .momentum = 0.5, .centered = true}); }},
      {"state_f64", net_with_state, DType::f64, [](FitOptions& o) { o.optimizer = Adadelta(); }},
      {"accumulate", net_with_state, DType::f32,
       [](FitOptions& o) {
         o.batch = 2;
         o.accumulate = 4;
         o.drop_last = true;
       }},
      {"groups", small_net, DType::f32,
       [](FitOptions& o) {
         o.optimizer = AdamW({.lr = 0.02});
         o.groups = {{.names = "0.bias", .frozen = true},
                     {.names = "*.bias", .lr = 0.1, .weight_decay = 0},
                     {.names = "0.weight", .l1 = 1e-3, .l2 = 1e-2, .max_norm = 1.5}};
         o.clip = {.value = 0.5, .norm = 0.7, .global_norm = 0.9};
       }},
      {"sample_weights", small_net, DType::f32, [](FitOptions& o) { o.sample_weights = {sample_weights.view()}; }},
      {"unshuffled", small_net, DType::f32, [](FitOptions& o) { o.shuffle = false; }},
      {"branches", branches, DType::f32, [](FitOptions& o) { o.optimizer = Adam({.lr = 0.01}); }},
      {"average", net_with_state, DType::f32,
       [](FitOptions& o) {
         o.optimizer = Adam({.lr = 0.01});
         o.average = WeightAverage{.decay = 0.8, .every = 2, .start = 1};
       }},
      {"metrics", small_net, DType::f64,
       [](FitOptions& o) {
         o.metrics = {{"first", [](std::span<const ConstTensorView> outputs, std::span<const ConstTensorView>) {
                         return outputs[0].values<double>()[0];
                       }}};
       }},
      {"StepLR", small_net, DType::f32, with(StepLR({.step_size = 3}), ScheduleUnit::step)},
      {"MultiStepLR", small_net, DType::f32, with(MultiStepLR({.milestones = {2, 7}}), ScheduleUnit::step)},
      {"ExponentialLR", small_net, DType::f32, with(ExponentialLR({.gamma = 0.8}))},
      {"PolynomialLR", small_net, DType::f32, with(PolynomialLR({.total_iters = 9, .power = 2}), ScheduleUnit::step)},
      {"ConstantLR", small_net, DType::f32, with(ConstantLR({.factor = 0.5, .total_iters = 4}), ScheduleUnit::step)},
      {"LinearLR", small_net, DType::f32, with(LinearLR({.total_iters = 6}), ScheduleUnit::step)},
      {"CosineAnnealingLR", small_net, DType::f32, with(CosineAnnealingLR({.T_max = 10}), ScheduleUnit::step)},
      {"WarmRestarts", small_net, DType::f32, with(CosineAnnealingWarmRestarts({.T_0 = 4}), ScheduleUnit::step)},
      {"OneCycleLR", small_net, DType::f32, with(OneCycleLR({.total_steps = 10, .max_lr = 0.2}))},
      {"ReduceLROnPlateau", small_net, DType::f32, with(ReduceLROnPlateau({.patience = 0, .threshold = 10}))},
      {"LinearWarmup", small_net, DType::f32, with(LinearWarmup({.total_iters = 4}, StepLR({.step_size = 2})), ScheduleUnit::step)},
  };
}

inline const SmallRun& plain_run() {
  static const SmallRun run = small_runs().front();
  return run;
}

// The bits of everything that a run leaves behind, as text: parameters, state, moments, counts, every epoch's report (without seconds).
inline std::string outcome(const Model& model, const History& history) {
  std::string text;
  const auto add = [&](const ConstTensorView& block) {
    for (const unsigned char byte : bits(block)) text += "0123456789abcdef"[byte / 16], text += "0123456789abcdef"[byte % 16];
    text += '\n';
  };
  const auto number = [&](std::optional<double> value) { text += value ? number_text(*value) + " " : "none "; };
  add(model.parameter_arena());
  if (model.state_arena().elements() > 0) add(model.state_arena());
  const TrainingState& state = model.training_state();
  for (const Moment& moment : state.optimizer.moments) add(moment.values);
  if (!state.average.values.empty()) add(state.average.values);
  for (const double value : state.schedule.memory) number(value);
  text += std::to_string(state.step) + " " + std::to_string(state.epochs) + " " + std::to_string(state.schedule.time) + "\n";
  for (const EpochReport& epoch : history.epochs) {
    text += std::to_string(epoch.epoch) + "/" + std::to_string(epoch.epochs) + " " + std::to_string(epoch.samples) + " " +
            std::to_string(epoch.total_steps) + " ";
    for (const auto& value : {std::optional(epoch.loss), epoch.accuracy, epoch.validation_loss, epoch.validation_accuracy,
                              std::optional(epoch.learning_rate)}) {
      number(value);
    }
    for (const NamedValue& metric : epoch.metrics) text += metric.name + " " + number_text(metric.value) + " ";
    text += '\n';
  }
  return text;
}

}  // namespace weir::test
