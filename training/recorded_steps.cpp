#include "training/recorded_steps.hpp"

#include <algorithm>
#include <utility>

#include "core/memory_ops.hpp"
#include "core/model/model_access.hpp"

namespace weir {

bool RecordedSteps::possible(const Model& model, const Loader& loader, const Updater& updater) {
  return loader.recordable() && updater.capturable() && ModelAccess::capturable(model);
}

RecordedSteps::RecordedSteps(Model& model, Loader& loader, const AccuracyCounter& counter, Updater& updater, ScheduleRun& schedule,
                             const EpochPlan& plan, GradientSum& sum)
    : model_(model),
      loader_(loader),
      counter_(counter),
      updater_(updater),
      schedule_(schedule),
      plan_(plan),
      sum_(sum),
      // Each batch that the host gathers in vain, after a stop, costs time.
      most_ahead_(loader.resident() ? std::int64_t{1} << 40 : std::max<std::int64_t>(1, 1024 / plan.accumulate())),
      ahead_(most_ahead_),
      numbers_(model.device(), 1),
      rates_(model.device(), static_cast<std::size_t>(plan.steps()) * updater.rates().size()),
      whole_(static_cast<std::size_t>(std::min(plan.accumulate(), most_recorded))),
      last_(whole_.size()) {}

bool RecordedSteps::set_rates(std::int64_t first, std::int64_t end) {
  const std::vector<double>& rates = updater_.rates();
  bool changed = false;
  for (std::int64_t step = first; step < end; ++step) {
    for (std::size_t i = 0; i < rates.size(); ++i) {
      const double rate = schedule_.rate(rates[i], static_cast<std::uint64_t>(step - first));
      const double before = std::exchange(rates_.host()[static_cast<std::size_t>(step) * rates.size() + i], rate);
      changed = changed || before != rate;
    }
  }
  return changed;
}

RecordedSteps::Taken RecordedSteps::run(const Context& context, std::int64_t end) {
  const EpochProgress& epoch = model_.training_state().running;
  const std::int64_t first = epoch.steps;
  end = std::min(end, first + ahead_);
  StepNumbers& numbers = numbers_.host()[0];
  numbers = {};
  numbers.batch = static_cast<std::uint64_t>(plan_.micro_batch(first, 0).batch);
  numbers.step = static_cast<std::uint64_t>(first);
  numbers.loss_sum = epoch.loss_sum;
  numbers_.push(context);
  if (set_rates(first, end)) rates_.push(context);
  loader_.upload_order(context);
  updater_.begin_recorded(context);
  ModelAccess::step_on_device(model_);  // set to the current step before any capture
  try {
    for (std::int64_t i = first; i < end; ++i) step(context, i);
  } catch (...) {
    if (cuda::usable()) settle(context);  // finish earlier work first
    throw;
  }
  return settle(context);
}

// Waits for the enqueued steps and counts them.
RecordedSteps::Taken RecordedSteps::settle(const Context& context) {
  numbers_.pull(context);
  updater_.end_recorded(context);
  const StepNumbers& numbers = numbers_.host()[0];
  EpochProgress& epoch = model_.training_state().running;
  const auto steps = static_cast<std::int64_t>(numbers.step) - epoch.steps;
  const Taken taken{.steps = steps, .loss = numbers.loss, .stopped = numbers.skip != 0};
  ahead_ = taken.stopped ? 1 : std::min(2 * ahead_, most_ahead_);
  if (steps == 0) return taken;

  const std::int64_t samples = plan_.samples_before(epoch.steps + steps) - epoch.samples;
  epoch.steps += steps;
  epoch.samples += samples;
  epoch.loss_sum = numbers.loss_sum;
  epoch.accuracy += counter_.rows(samples, numbers.correct, numbers.counted);
  ModelAccess::steps_were_taken(model_, static_cast<std::uint64_t>(steps));
  const std::size_t rates = updater_.rates().size();
  updater_.steps_were_taken(rates_.host().subspan(static_cast<std::size_t>(epoch.steps - 1) * rates, rates));
  schedule_.after_steps(steps);
  return taken;
}

void RecordedSteps::step(const Context& context, std::int64_t index) {
  std::vector<Recorded>& recorded = plan_.is_whole(index) ? whole_ : last_;
  for (std::int64_t i = 0; i < plan_.micro_batches(index); ++i) {
    const MicroBatch micro_batch = plan_.micro_batch(index, i);
    loader_.upload_batch(context, micro_batch.batch);
    if (i < most_recorded) {
      replay(context, micro_batch, recorded[static_cast<std::size_t>(i)]);
    } else {
      enqueue(context, micro_batch);
    }
  }
}

void RecordedSteps::replay(const Context& context, const MicroBatch& micro_batch, Recorded& recorded) {
  if (!recorded.warm) {  // everything that allocates at its first use must do so outside a capture
    enqueue(context, micro_batch);
    recorded.warm = true;
    return;
  }
  if (!recorded.graph) {
    cuda::Capture capture(context);
    enqueue(context, micro_batch);
    recorded.graph = capture.finish();
  }
  recorded.graph.replay(context);
}

// Enqueues one batch whose index is read from device memory, so that one graph serves every step of this size.
void RecordedSteps::enqueue(const Context& context, const MicroBatch& micro_batch) {
  StepNumbers* numbers = numbers_.on_device();
  const auto* loss = static_cast<const double*>(ModelAccess::loss_sum(model_).raw());
  Batch batch = loader_.load_recorded(context, &numbers->batch, micro_batch.rows);
  batch.micro_batch = static_cast<std::uint64_t>(micro_batch.index);
  ModelAccess::enqueue_backward(model_, batch);
  counter_.count(context, model_.outputs(), batch, &numbers->step_correct, &numbers->step_counted);
  sum_.add(context, micro_batch);
  if (!micro_batch.last) return cuda::count_batch(context, loss, micro_batch.share(), numbers);

  StepAcceptance acceptance;
  acceptance.numbers = numbers;
  acceptance.rate_table = rates_.on_device();
  acceptance.loss = loss;
  acceptance.share = micro_batch.share();
  acceptance.model_step = ModelAccess::step_on_device(model_);
  acceptance.samples = static_cast<double>(micro_batch.samples);
  updater_.enqueue(context, acceptance);
  const TensorView state = ModelAccess::changing_state(model_);
  if (state.elements() > 0) cuda::copy_unless(context, &numbers->skip, ModelAccess::state_next(model_), state);
}

}  // namespace weir
