#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/layers/batch_norm.hpp>
#include <weir/layers/dropout.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/cosine_annealing_lr.hpp>
#include <weir/training/early_stopping.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/reduce_lr_on_plateau.hpp>
#include <weir/training/sgd.hpp>

#include "tests/training/toy.hpp"
#include "training/checkpoints/run_options.hpp"

// Runs of 8 micro-batches a step that must end in the same bits on any number of ranks.

namespace weir::test {

struct RankedRun {
  std::string name;
  Graph graph;
  Dataset train, validation;
  FitOptions options;
};

inline RankedRun normalized_run() {
  RankedRun run{.name = "Dropout and BatchNorm",
                .graph = sequential({6}, Dense(16), BatchNorm(), ReLU(), Dropout(0.3), Dense(3)),
                .train = blobs(131),  // the last step has one micro-batch, of 3
                .validation = blobs(50, 6, 3, 7),
                .options = {.loss = SoftmaxCrossEntropy(), .optimizer = Adam({.lr = 0.01})}};
  run.options.schedule = CosineAnnealingLR({.T_max = 12});
  run.options.schedule_unit = ScheduleUnit::step;
  run.options.callbacks = {EarlyStopping({.monitor = "val_loss", .patience = 0, .restore_best_weights = true})};
  return run;
}

inline RankedRun two_outputs_run() {
  Graph graph;
  const Node x = graph.input({6}), h = graph.add(Tanh(), {graph.add(Dense(10), {x})});
  graph.output(graph.add(Dense(3), {h}));
  graph.output(graph.add(Dense(1), {h}));
  const auto both = [](std::int64_t samples, std::uint64_t seed) {
    const Dataset labelled = blobs(samples, 6, 3, seed), numbers = curve(samples, 6, DType::f32);
    return Dataset({labelled.inputs()[0]}, {labelled.targets()[0], numbers.targets()[0]});
  };
  RankedRun run{.name = "two outputs",
                .graph = std::move(graph),
                .train = both(84, 1),  // the last step has 5 micro-batches
                .validation = both(45, 2),
                .options = {.loss = Losses{SoftmaxCrossEntropy(), MeanSquaredError()}, .optimizer = SGD({.lr = 0.1, .momentum = 0.9})}};
  run.options.schedule = ReduceLROnPlateau({.factor = 0.5, .patience = 0});
  run.options.average = WeightAverage({.decay = 0.9});
  run.options.metrics = {{"spread", [](std::span<const ConstTensorView> y, std::span<const ConstTensorView> t) {
                            return std::abs(numbers(y[1])[0] - numbers(t[1]).back()) + numbers(y[0]).back();
                          }}};
  return run;
}

inline RankedRun clipped_run() {
  RankedRun run{.name = "clipped",
                .graph = sequential({3}, Dense(40), ReLU(), Dense(12), Tanh(), Dense(1)),
                .train = curve(107, 3, DType::f32),  // the last step has 3 micro-batches, the last of 3
                .validation = curve(33, 3, DType::f32),
                .options = {.loss = MeanSquaredError(), .optimizer = Adam({.lr = 0.02, .weight_decay = 0.01})}};
  run.options.clip = {.global_norm = 0.5};
  run.options.average = WeightAverage({.decay = 0.5});
  return run;
}

inline std::vector<RankedRun> ranked_runs() {
  std::vector<RankedRun> runs;
  for (RankedRun run : {normalized_run(), two_outputs_run(), clipped_run()}) {
    run.options.epochs = 3;
    run.options.batch = 4;
    run.options.accumulate = 8;
    runs.push_back(std::move(run));
  }
  return runs;
}

inline Model model_of(const RankedRun& run, DType dtype) { return Model(run.graph, {.dtype = dtype, .max_batch = 8, .seed = 5}); }

inline std::string bits_of(double value) { return std::to_string(std::bit_cast<std::uint64_t>(value)); }

// All tensors and numbers that training leaves, except times.
inline std::string result_of(const Model& model, const History& history) {
  std::string text;
  const auto add = [&](const std::string& name, const std::string& value) { text += name + " " + value + "\n"; };
  for (const ArenaEntry& entry : model.parameters()) add(entry.name, digest_of(model.parameter(entry.name)));
  for (const ArenaEntry& entry : model.states()) add(entry.name, digest_of(model.state(entry.name)));
  const TrainingState& state = model.training_state();
  for (const Moment& moment : state.optimizer.moments) add(moment.name, digest_of(moment.values));
  if (state.average.updates > 0) add("average", digest_of(state.average.values));
  add("steps", std::to_string(state.step) + " epochs " + std::to_string(state.epochs));
  add("place", bits_of(state.running.loss_sum) + " " + std::to_string(state.running.accuracy.correct));
  for (const EpochReport& epoch : history.epochs) {
    add("epoch", std::to_string(epoch.epoch) + " of " + std::to_string(epoch.epochs) + " samples " + std::to_string(epoch.samples) +
                     " steps " + std::to_string(epoch.total_steps));
    add("loss", bits_of(epoch.loss) + " " + bits_of(epoch.learning_rate));
    for (const auto& value : {epoch.accuracy, epoch.validation_loss, epoch.validation_accuracy}) add("-", value ? bits_of(*value) : "none");
    for (const NamedValue& metric : epoch.metrics) add(metric.name, bits_of(metric.value));
  }
  add("stopped", history.stopped ? "yes" : "no");
  return text;
}

inline std::string train_on(const Communicator& communicator, const RankedRun& run, DType dtype,
                            const std::function<void(FitOptions&)>& change = {}) {
  Model model = model_of(run, dtype);
  FitOptions options = run.options;
  options.validation = &run.validation;
  options.communicator = communicator;
  if (change) change(options);
  const History history = fit(model, run.train, options);
  return result_of(model, history);
}

}  // namespace weir::test
