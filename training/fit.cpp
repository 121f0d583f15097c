#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <weir/core/error.hpp>
#include <weir/data/loader.hpp>
#include <weir/training/fit.hpp>

#include "core/check_info.hpp"
#include "core/cpu/standard_floats.hpp"
#include "core/cpu/team.hpp"
#include "core/keys.hpp"
#include "core/model/model_access.hpp"
#include "core/model/model_work.hpp"
#include "core/text.hpp"
#include "training/callbacks/callback_list.hpp"
#include "training/check_data.hpp"
#include "training/checkpoints/resume.hpp"
#include "training/checkpoints/run_options.hpp"
#include "training/compare_ranks.hpp"
#include "training/epoch_plan.hpp"
#include "training/find_nonfinite.hpp"
#include "training/gradient_sum.hpp"
#include "training/metrics/accuracy_counter.hpp"
#include "training/metrics/evaluator.hpp"
#include "training/ranked_steps.hpp"
#include "training/ranks.hpp"
#include "training/recorded_steps.hpp"
#include "training/schedules/schedule_run.hpp"
#include "training/updater.hpp"

namespace weir {

namespace {

void check_at_least_one(const char* option, std::int64_t value) {
  if (value >= 1) return;
  throw ConfigError("fit: " + std::string(option) + " is " + with_commas(value) + ", expected at least 1.");
}

void check_ranks(const std::string& who, const Model& model, const FitOptions& options) {
  const int ranks = options.communicator.size();
  if (ranks == 1) return;
  if (!model.device().is_cpu()) {
    throw DeviceError(who + ": " + std::to_string(ranks) + " ranks train on " + to_string(model.device()) +
                      ", expected cpu. Make the Model on the CPU, or train with one rank.");
  }
  if (ranks > options.accumulate) {
    throw ConfigError(who + ": there are " + std::to_string(ranks) + " ranks for " + with_commas(options.accumulate) +
                      (options.accumulate == 1 ? " batch" : " batches") +
                      " in a step, expected at least one for each rank. Start fewer, or " + "raise FitOptions::accumulate.");
  }
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
  check_ranks("fit", model, options);
  check_metrics("fit", model, options.metrics);
  if (!options.metrics.empty() && !validation) {
    throw ConfigError("fit: the metric " + options.metrics[0].name +
                      " is computed on validation data, of which there is none. Set FitOptions::validation.");
  }
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

// Marks a Model for as long as fit trains it: a callback that called fit on the same Model would reset the state that the first fit uses.
class FitGuard {
 public:
  explicit FitGuard(Model& model) : running_(ModelAccess::in_fit(model)), plan_fixed_(ModelAccess::plan_fixed(model)) {
    if (std::exchange(running_, true)) {
      throw ConfigError("fit: was called by a callback of a fit that trains the same Model. Call it when that one has returned.");
    }
  }
  ~FitGuard() { running_ = plan_fixed_ = false; }
  FitGuard(const FitGuard&) = delete;
  FitGuard& operator=(const FitGuard&) = delete;

 private:
  bool& running_;
  bool& plan_fixed_;
};

// One call of fit. The constructor allocates all that the steps need; errors are thrown before parameters change.
class Run {
 public:
  Run(Model& model, const Dataset& train, const std::optional<Dataset>& validation, const FitOptions& options, const Resumption& resumption,
      Ranks& ranks)
      : model_(model),
        options_(options),
        resumption_(resumption),
        ranks_(ranks),
        callbacks_(model, options, resumption.resumed()),
        run_options_(run_options(train, options)),
        weights_(copies(options.sample_weights)),
        counter_(model, train, options.loss),
        schedule_(options.schedule, options.schedule_unit, model.training_state().schedule),
        updater_("fit", model, *options.optimizer,
                 {.check_finite = options.check_finite,
                  .groups = options.groups,
                  .clip = options.clip,
                  .schedule = &schedule_,
                  .average = options.average}),
        plan_(options.drop_last ? train.samples() / options.batch * options.batch : train.samples(), options.batch, options.accumulate),
        sum_(model, ranks.alone() ? plan_ : EpochPlan(1, 1, 1)) {
    if (options.schedule && options.schedule->watches() == ScheduleWatch::accuracy && !counter_.counts()) {
      throw ConfigError("fit: " + options.schedule->describe() +
                        " watches the accuracy, which no loss here has. Let it watch the loss, or use class labels.");
    }
    if (validation)
      updater_.average().warm_up(validation_.emplace(model, *validation, options.loss, options.metrics, options.communicator));
    if (resumption.resumed() && (epoch_.steps > plan_.steps() || epoch_.samples != plan_.samples_before(epoch_.steps))) {
      throw FormatError("fit: " + resumption.from() +
                        ": its place in the epoch does not fit the data. It is damaged: copy or save it again.");
    }
    model.plan_training(options.loss, target_shapes(train));
    ModelAccess::plan_fixed(model) = true;
    // Last, because on a device the loader uses the memory that is left.
    loader_.emplace(train, model.device(), model.dtype(), options.batch, /*keep_on_device=*/true, weights_);
    if (!ranks.alone()) ranked_.emplace(model, options, *loader_, counter_, updater_, plan_, ranks);
    if (RecordedSteps::possible(model, *loader_, updater_)) {
      recorded_.emplace(model, *loader_, counter_, updater_, schedule_, plan_, sum_);
    }
  }

  History train() {
    begin();
    while (finished_ < options_.epochs && !stopped()) run_epoch();
    History history{state_.history, stopped_, resumption_.from(), resumption_.damaged()};
    if (ranked_ && !options_.deterministic) history.order_of_sums = options_.communicator.describe();
    if (epoch_.steps > 0) history.epochs.push_back(epoch_report());
    callbacks_.on_end(history);
    if (ranked_) share_model();
    return history;
  }

 private:
  void begin() {
    if (resumption_.resumed()) {
      finished_ = static_cast<std::int64_t>(state_.history.size());
      for (EpochReport& report : state_.history) report.epochs = options_.epochs;
    } else {
      if (epoch_.steps > 0) ++state_.epochs;  // the epoch was cut short
      epoch_ = {};
      state_.history.clear();
      state_.run = std::move(run_options_);
    }
    constexpr std::int64_t foreseen = 4096;  // longer histories reallocate
    state_.history.reserve(static_cast<std::size_t>(std::min(options_.epochs, foreseen)));
    std::vector<std::string> metrics;
    for (const Metric& metric : options_.metrics) metrics.push_back(metric.name);
    callbacks_.on_begin({.epochs = options_.epochs,
                         .steps = plan_.steps(),
                         .samples = plan_.samples_before(plan_.steps()),
                         .accuracy = counter_.counts(),
                         .validation = validation_.has_value(),
                         .metrics = std::move(metrics),
                         .resumed_from = resumption_.from(),
                         .damaged = resumption_.damaged()});
  }

  void run_epoch() {
    if (options_.shuffle) loader_->shuffle(key_for(model_.options().seed, KeyPurpose::shuffle).with(state_.epochs));
    while (epoch_.steps < plan_.steps() && !stopped()) {
      const std::int64_t look = ranks_.from_first(callbacks_.next_look(epoch_.steps, plan_.steps()));
      take_steps(look);
      if (epoch_.steps == look) callbacks_.on_step(step_report());
    }
    ModelAccess::mirror(model_);
    if (epoch_.steps < plan_.steps()) return;  // stopped
    EpochReport report = epoch_report();
    if (validation_) {
      Evaluation evaluation = updater_.average().evaluate(*validation_);
      report.validation_loss = evaluation.loss;
      report.validation_accuracy = evaluation.accuracy;
      report.metrics = std::move(evaluation.metrics);
    }
    schedule_.after_epoch(report.validation_loss.value_or(report.loss), validation_ ? report.validation_accuracy : report.accuracy);
    ++state_.epochs;
    ++finished_;
    epoch_ = {};
    state_.history.push_back(report);
    callbacks_.on_epoch(report);
  }

  // Runs steps until the next one after which a callback is called, in one team of threads. Callbacks run outside of the team, since
  // they may make calls that use several threads. For a CUDA device no team is needed here: work on the host creates its own.
  void take_steps(std::int64_t end) {
    const auto take = [&] {
      while (epoch_.steps < end && !(ranked_ ? stopped_ : stopped())) recorded_ ? take_recorded_steps(end) : take_step();
    };
    context_.device.is_cuda() ? take() : with_team(context_, multiplications(model_, options_.batch), take);
  }

  // Runs recorded steps up to `end`. If the device stopped before a step that it must not take, the host runs that step.
  void take_recorded_steps(std::int64_t end) {
    if (options_.stop != nullptr) end = std::min(end, epoch_.steps + ahead_);
    const Stopwatch watch;
    const RecordedSteps::Taken taken = recorded_->run(context_, end);
    const double seconds = watch.seconds();
    epoch_.seconds += seconds;
    epoch_.learning_rate = updater_.learning_rate();
    ahead_ = std::clamp<std::int64_t>(seconds < 0.1 ? 2 * ahead_ : ahead_ / 2, 1, 1 << 20);
    if (taken.steps > 0) loss_ = taken.loss;
    if (taken.stopped) take_step();
  }

  void take_step() {
    const Stopwatch watch;
    const std::int64_t index = epoch_.steps, samples = plan_.samples(index);
    double loss = 0;
    if (ranked_) {
      const RankedSteps::Taken taken = ranked_->run(context_, index);
      loss = taken.loss;
      epoch_.accuracy += taken.accuracy;
      stopped_ = taken.stop;
    } else {
      for (std::int64_t i = 0; i < plan_.micro_batches(index); ++i) loss += run_batch(plan_.micro_batch(index, i));
    }
    schedule_.after_steps(1);
    loss_ = loss;
    ++epoch_.steps;
    epoch_.samples += samples;
    epoch_.loss_sum += loss * static_cast<double>(samples);
    epoch_.accuracy += counter_.take(context_);
    epoch_.learning_rate = updater_.learning_rate();
    epoch_.seconds += watch.seconds();
  }

  // Computes the gradients of one batch of a step, and updates the parameters after the step's last one. Returns the batch's part of the
  // loss.
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

  // Callbacks may have changed the first rank's Model.
  void share_model() {
    options_.communicator.broadcast(context_, 0, model_.parameter_arena());
    options_.communicator.broadcast(context_, 0, model_.state_arena());
  }

  bool stopped() {
    stopped_ = stopped_ || callbacks_.stopped() || (options_.stop != nullptr && options_.stop->load());
    return stopped_ = ranks_.from_first(stopped_);
  }

  std::int64_t epoch_number() const { return finished_ + 1; }
  double epoch_loss() const { return epoch_.loss_sum / static_cast<double>(epoch_.samples); }

  StepReport step_report() const {
    return {.epoch = epoch_number(),
            .epochs = options_.epochs,
            .step = epoch_.steps,
            .steps = plan_.steps(),
            .samples = epoch_.samples,
            .total_steps = state_.step,
            .loss = loss_,
            .epoch_loss = epoch_loss(),
            .accuracy = epoch_.accuracy.fraction(),
            .learning_rate = epoch_.learning_rate,
            .seconds = epoch_.seconds};
  }

  EpochReport epoch_report() const {
    return {.epoch = epoch_number(),
            .epochs = options_.epochs,
            .samples = epoch_.samples,
            .total_steps = state_.step,
            .loss = epoch_loss(),
            .accuracy = epoch_.accuracy.fraction(),
            .validation_loss = {},
            .validation_accuracy = {},
            .metrics = {},
            .learning_rate = epoch_.learning_rate,
            .seconds = epoch_.seconds};
  }

  Model& model_;
  const FitOptions& options_;
  const Resumption& resumption_;
  Ranks& ranks_;
  const Context context_ = context_for(model_.device());
  TrainingState& state_ = model_.training_state();
  EpochProgress& epoch_ = state_.running;
  CallbackList callbacks_;
  Config run_options_;
  std::vector<Field> weights_;
  AccuracyCounter counter_;
  ScheduleRun schedule_;
  Updater updater_;
  std::optional<Evaluator> validation_;
  EpochPlan plan_;
  GradientSum sum_;
  std::optional<Loader> loader_;
  std::optional<RecordedSteps> recorded_;  // on a CUDA device, if the whole step can be recorded
  std::optional<RankedSteps> ranked_;      // with several ranks
  std::int64_t ahead_ = 16;                // recorded steps between two checks of options.stop: about 0.1 s of them
  std::int64_t finished_ = 0;              // epochs of this fit
  double loss_ = 0;                        // of the last step
  bool stopped_ = false;
};

}  // namespace

History fit(Model& model, const Dataset& train, const FitOptions& options) {
  const cpu::StandardFloats standard;
  const FitGuard guard(model);
  Ranks ranks("fit", options.communicator);
  std::optional<Dataset> data, validation;
  std::optional<Resumption> resumption;
  std::optional<Run> run;
  ranks.together([&] {
    data = with_info(train, model.data_info());
    if (options.validation != nullptr) validation = with_info(*options.validation, data->info());
    check_fit(model, *data, validation, options);
    resumption.emplace(model, *data, options);
  });
  resumption->share(ranks, *data, options);
  ranks.together([&] { run.emplace(model, *data, validation, options, *resumption, ranks); });
  compare_ranks(ranks, model, *data, validation, options);
  model.set_data_info(data->info());
  resumption->keep();
  return ranks.guarded([&] { return run->train(); });
}

}  // namespace weir
