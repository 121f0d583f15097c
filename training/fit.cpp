#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/data/loader.hpp>
#include <weir/training/fit.hpp>

#include "core/check_info.hpp"
#include "core/cpu/team.hpp"
#include "core/keys.hpp"
#include "core/model/model_access.hpp"
#include "core/model/model_work.hpp"
#include "core/text.hpp"
#include "training/check_data.hpp"
#include "training/epoch_plan.hpp"
#include "training/find_nonfinite.hpp"
#include "training/gradient_sum.hpp"
#include "training/metrics/accuracy_counter.hpp"
#include "training/metrics/evaluator.hpp"
#include "training/recorded_steps.hpp"
#include "training/schedules/schedule_run.hpp"
#include "training/updater.hpp"

namespace weir {

namespace {

void check_at_least_one(const char* option, std::int64_t value) {
  if (value >= 1) return;
  throw ConfigError("fit: " + std::string(option) + " is " + with_commas(value) + ", expected at least 1.");
}

void check_fit(const Model& model, Dataset& train, std::optional<Dataset>& validation, const FitOptions& options) {
  if (!options.optimizer) throw ConfigError("fit: no optimizer is given. Set one, for example weir::Adam({.lr = 1e-3}).");
  check_losses("fit", model, options.loss);
  const std::size_t lists = options.sample_weights.size(), losses = options.loss.terms().size();
  if (lists > 1 && lists != losses) {
    throw ConfigError("fit: got " + std::to_string(lists) + " lists of sample weights for " + std::to_string(losses) +
                      (losses == 1 ? " loss" : " losses") + ". Give one for all, or one for each.");
  }
  check_at_least_one("epochs", options.epochs);
  check_at_least_one("batch", options.batch);
  check_at_least_one("accumulate", options.accumulate);
  check_at_least_one("on_step_every", options.on_step_every);
  if (options.batch > model.max_batch()) {
    throw ShapeError("fit: batch is " + with_commas(options.batch) + ", the Model takes at most " + with_commas(model.max_batch()) +
                     ". Make it with a larger ModelOptions::max_batch.");
  }
  const auto check = [&](const std::string& who, Dataset& data) {
    check_inputs(who, model, data);
    check_targets(who, model, options.loss, data);
  };
  check("fit: training data", train);
  check_batches("fit", model, train.samples(), options.batch, options.drop_last);
  if (validation) check("fit: validation data", *validation);
  check_info("fit: training data", train.info(), model.graph());
}

std::vector<Field> copies(std::span<const ConstTensorView> blocks) {
  std::vector<Field> fields;
  for (const ConstTensorView& block : blocks) fields.push_back({clone(block)});
  return fields;
}

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

// One call of fit. All that its steps need is made here; what throws does so before the Model is touched.
class Run {
 public:
  Run(Model& model, const Dataset& train, const std::optional<Dataset>& validation, const FitOptions& options)
      : model_(model),
        options_(options),
        weights_(copies(options.sample_weights)),
        counter_(model, train, options.loss),
        schedule_(options.schedule, options.schedule_unit, model.training_state()),
        updater_("fit", model, *options.optimizer,
                 {.check_finite = options.check_finite, .groups = options.groups, .clip = options.clip, .schedule = &schedule_}),
        plan_(options.drop_last ? train.samples() / options.batch * options.batch : train.samples(), options.batch, options.accumulate),
        sum_(model, plan_) {
    if (options.schedule && options.schedule->watches() == ScheduleWatch::accuracy && !counter_.counts()) {
      throw ConfigError("fit: " + options.schedule->describe() +
                        " watches the accuracy, which no loss here has. Let it watch the loss, or use class labels.");
    }
    if (validation) validation_.emplace(model, *validation, options.loss).warm_up();
    model.plan_training(options.loss, target_shapes(train));
    // Last: on a device it takes what the rest has left.
    loader_.emplace(train, model.device(), model.dtype(), options.batch, /*keep_on_device=*/true, weights_);
    if (RecordedSteps::possible(model, *loader_, updater_)) recorded_.emplace(model, *loader_, counter_, updater_, plan_, sum_);
    constexpr std::int64_t foreseen = 4096;  // longer histories grow as they go
    history_.epochs.reserve(static_cast<std::size_t>(std::min(options.epochs, foreseen)));
  }

  History train() {
    for (std::int64_t epoch = 1; epoch <= options_.epochs && !history_.stopped; ++epoch) run_epoch(epoch);
    return std::move(history_);
  }

 private:
  void run_epoch(std::int64_t epoch) {
    begin_epoch(epoch);
    in_team(!options_.on_step, [&] { take_steps(); });
    ModelAccess::mirror(model_);
    EpochReport& report = history_.epochs.emplace_back();
    report.epoch = epoch;
    report.epochs = options_.epochs;
    report.samples = step_.samples;
    report.loss = step_.epoch_loss;
    report.accuracy = step_.accuracy;
    report.learning_rate = step_.learning_rate;
    report.seconds = step_.seconds;
    if (history_.stopped) return;
    if (validation_) {
      const Evaluation evaluation = validation_->run();
      report.validation_loss = evaluation.loss;
      report.validation_accuracy = evaluation.accuracy;
    }
    schedule_.after_epoch(report.validation_loss.value_or(report.loss), validation_ ? report.validation_accuracy : report.accuracy);
    if (options_.on_epoch && options_.on_epoch(report) == Control::stop) history_.stopped = true;
  }

  // A callback runs outside of any team, as its own code may use OpenMP.
  void take_steps() {
    while (step_.step < step_.steps && !history_.stopped) {
      in_team(true, [&] { recorded_ ? take_recorded_steps() : take_step(step_.step); });
      const bool due = step_.step % options_.on_step_every == 0 || step_.step == step_.steps;
      if (options_.on_step && due && options_.on_step(step_) == Control::stop) history_.stopped = true;
    }
  }

  // As many steps as nobody looks between; then, where the device has stopped by itself, the next one with the host's care.
  void take_recorded_steps() {
    const std::int64_t first = step_.step;
    const std::int64_t next_look = (first / options_.on_step_every + 1) * options_.on_step_every;
    const std::int64_t end = options_.on_step ? std::min(step_.steps, next_look) : step_.steps;
    const Stopwatch watch;
    const RecordedSteps::Taken taken = recorded_->run(
        context_, first, end, [&](std::size_t i, std::uint64_t ahead) { return schedule_.rate(updater_.rates()[i], ahead); });
    schedule_.after_steps(taken.steps);
    if (taken.steps > 0) report_steps(watch, taken.steps, taken.samples, taken.loss, taken.loss_sum);
    if (taken.stopped) take_step(first + taken.steps);
  }

  // What the host does for a device shares the threads by itself.
  template <class F>
  void in_team(bool wanted, F&& f) {
    if (!wanted || context_.device.is_cuda()) return f();
    with_team(context_, multiplications(model_, options_.batch), f);
  }

  void begin_epoch(std::int64_t epoch) {
    const std::uint64_t number = model_.training_state().epoch++;
    if (options_.shuffle) {
      const RandomKey key = key_for(model_.options().seed, KeyPurpose::shuffle).with(number);
      loader_->shuffle(key);
    }
    counter_.reset();
    loss_sum_ = 0;
    step_ = {};
    step_.epoch = epoch;
    step_.epochs = options_.epochs;
    step_.steps = plan_.steps();
  }

  void take_step(std::int64_t index) {
    const Stopwatch watch;
    double loss = 0;
    for (std::int64_t i = 0; i < plan_.micro_batches(index); ++i) loss += run_batch(plan_.micro_batch(index, i));
    schedule_.after_steps(1);
    const std::int64_t samples = plan_.samples(index);
    report_steps(watch, 1, samples, loss, loss * static_cast<double>(samples));
  }

  // The gradients of one batch of a step, and after the last one the update. Returns the batch's part of the loss.
  double run_batch(const MicroBatch& micro_batch) {
    Batch batch = loader_->load(context_, micro_batch.batch);
    batch.micro_batch = static_cast<std::uint64_t>(micro_batch.index);
    model_.backward(batch);
    counter_.add(context_, model_.outputs(), batch);
    if (!micro_batch.alone() && options_.check_finite && !std::isfinite(model_.loss())) refuse(batch);
    const Gradients gradients = sum_.add(context_, micro_batch);
    if (micro_batch.last && !updater_.step(gradients)) refuse(batch);
    return micro_batch.share() * model_.loss();
  }

  [[noreturn]] void refuse(const Batch& batch) {
    throw NumericError(failed_step("fit", model_, find_first_bad(model_, options_.loss, batch)));
  }

  void report_steps(const Stopwatch& watch, std::int64_t steps, std::int64_t samples, double loss, double loss_sum) {
    loss_sum_ += loss_sum;
    step_.step += steps;
    step_.samples += samples;
    step_.total_steps = model_.training_state().step;
    step_.loss = loss;
    step_.epoch_loss = loss_sum_ / static_cast<double>(step_.samples);
    step_.accuracy = counter_.accuracy(context_);
    step_.learning_rate = updater_.learning_rate();
    step_.seconds += watch.seconds();
  }

  Model& model_;
  const FitOptions& options_;
  const Context context_ = context_for(model_.device());
  std::vector<Field> weights_;
  AccuracyCounter counter_;
  ScheduleRun schedule_;
  Updater updater_;
  std::optional<Evaluator> validation_;
  EpochPlan plan_;
  GradientSum sum_;
  std::optional<Loader> loader_;
  std::optional<RecordedSteps> recorded_;  // on a CUDA device, when all of a step can be recorded
  double loss_sum_ = 0;
  StepReport step_;
  History history_;
};

}  // namespace

History fit(Model& model, const Dataset& train, const FitOptions& options) {
  Dataset data = with_info(train, model.data_info());
  std::optional<Dataset> validation;
  if (options.validation != nullptr) validation = with_info(*options.validation, data.info());
  check_fit(model, data, validation, options);
  Run run(model, data, validation, options);
  model.set_data_info(data.info());
  return run.train();
}

}  // namespace weir
