#include "training/ranked_steps.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <weir/core/error.hpp>

#include "core/model/model_access.hpp"
#include "training/find_nonfinite.hpp"

namespace weir {

namespace {

constexpr std::size_t counts = 3;  // numbers before the losses

}  // namespace

RankedSteps::RankedSteps(Model& model, const FitOptions& options, Loader& loader, AccuracyCounter& counter, Updater& updater,
                         const EpochPlan& plan, Ranks& ranks)
    : model_(model),
      options_(options),
      loader_(loader),
      counter_(counter),
      updater_(updater),
      plan_(plan),
      ranks_(ranks),
      sum_(model, plan, ranks.communicator(), options.deterministic),
      own_numbers_(counts + static_cast<std::size_t>(deal(plan.accumulate(), ranks.size(), 0).count())),
      all_numbers_(own_numbers_.size() * static_cast<std::size_t>(ranks.size())),
      losses_(static_cast<std::size_t>(plan.accumulate())) {}

RankedSteps::Taken RankedSteps::run(const Context& context, std::int64_t step) {
  const std::int64_t micro_batches = plan_.micro_batches(step);
  const IndexRange own = sum_.run(micro_batches);
  sum_.begin(micro_batches);
  for (std::int64_t i = own.begin; i < own.end; ++i) {
    compute(context, plan_.micro_batch(step, i));
    own_numbers_[counts + static_cast<std::size_t>(i - own.begin)] = model_.loss();
  }
  const Taken taken = exchange_numbers(context, step);
  if (options_.check_finite) check_losses(context, step);
  sum_.finish(context);
  share_state(context, micro_batches);
  try {
    if (updater_.step()) return taken;
  } catch (const NumericError&) {
    ranks_.together_throws();  // the parameters and gradients are the same on all ranks
    throw;
  }
  refuse(context, step);
}

void RankedSteps::compute(const Context& context, const MicroBatch& micro_batch) {
  Batch batch = loader_.load(context, micro_batch.batch);
  batch.micro_batch = static_cast<std::uint64_t>(micro_batch.index);
  model_.backward(batch);
  counter_.add(context, model_.outputs(), batch);
  sum_.add(context, micro_batch);
}

RankedSteps::Taken RankedSteps::exchange_numbers(const Context& context, std::int64_t step) {
  const AccuracyCounts accuracy = counter_.take(context);
  own_numbers_[0] = options_.stop != nullptr && options_.stop->load() ? 1 : 0;
  own_numbers_[1] = static_cast<double>(accuracy.correct);
  own_numbers_[2] = static_cast<double>(accuracy.counted);
  gather_values<double>(ranks_.communicator(), own_numbers_, all_numbers_);
  Taken taken;
  std::int64_t index = 0;
  for (int r = 0; r < ranks_.size(); ++r) {
    const double* numbers = all_numbers_.data() + static_cast<std::size_t>(r) * own_numbers_.size();
    taken.stop = taken.stop || numbers[0] != 0;
    taken.accuracy += {static_cast<std::int64_t>(numbers[1]), static_cast<std::int64_t>(numbers[2])};
    const std::int64_t count = deal(plan_.micro_batches(step), ranks_.size(), r).count();
    for (std::int64_t i = 0; i < count; ++i, ++index) {
      const double loss = numbers[counts + static_cast<std::size_t>(i)];
      losses_[static_cast<std::size_t>(index)] = loss;
      taken.loss += plan_.micro_batch(step, index).share() * loss;
    }
  }
  return taken;
}

void RankedSteps::check_losses(const Context& context, std::int64_t step) {
  const auto count = static_cast<std::ptrdiff_t>(plan_.micro_batches(step));
  if (!std::all_of(losses_.begin(), losses_.begin() + count, [](double loss) { return std::isfinite(loss); })) refuse(context, step);
}

// The running statistics are those of the step's last micro-batch.
void RankedSteps::share_state(const Context& context, std::int64_t micro_batches) {
  int last = ranks_.size() - 1;
  while (deal(micro_batches, ranks_.size(), last).count() == 0) --last;
  ranks_.communicator().broadcast(context, last, ModelAccess::state_next(model_));
}

// What was not finite first in this rank's micro-batches of the step, which are computed again; empty when nothing was.
std::string RankedSteps::find_bad_micro_batch(const Context& context, std::int64_t step) {
  const IndexRange own = sum_.run(plan_.micro_batches(step));
  for (std::int64_t i = own.begin; i < own.end; ++i) {
    const MicroBatch micro_batch = plan_.micro_batch(step, i);
    Batch batch = loader_.load(context, micro_batch.batch);
    batch.micro_batch = static_cast<std::uint64_t>(micro_batch.index);
    model_.backward(batch);
    if (!std::isfinite(model_.loss()) || find_bad(model_.gradient_arena())) return find_first_bad(model_, options_.loss, batch);
  }
  return "";
}

void RankedSteps::refuse(const Context& context, std::int64_t step) {
  const std::vector<std::string> found = ranks_.gather(find_bad_micro_batch(context, step));
  const auto first = std::find_if(found.begin(), found.end(), [](const std::string& text) { return !text.empty(); });
  ranks_.together_throws();
  if (first == found.end()) throw NumericError(failed_step("fit", model_, "the sum of the gradients overflows"));
  throw NumericError(failed_step(ranks_.name(static_cast<int>(first - found.begin())), model_, *first));
}

}  // namespace weir
