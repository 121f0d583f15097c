#include "training/updater.hpp"

#include <algorithm>
#include <cmath>
#include <weir/core/error.hpp>

#include "core/max_abs.hpp"
#include "core/model/model_access.hpp"
#include "core/model/profiling_hook.hpp"
#include "training/check_ops.hpp"
#include "training/find_nonfinite.hpp"

namespace weir {

namespace {

void look(const Context& context, const ConstTensorView& x, double* max_abs) { on_device::max_abs(context, x, max_abs); }

}  // namespace

Updater::Updater(std::string who, Model& model, const Optimizer& optimizer, const UpdaterOptions& options)
    : who_(std::move(who)),
      model_(&model),
      optimizer_(&optimizer),
      check_finite_(options.check_finite),
      schedule_(options.schedule),
      groups_(who_, model, optimizer, options.groups),
      regularizer_(who_, model, groups_, options.clip),
      safe_magnitude_(groups_.safe_magnitude(model.dtype())),
      moments_(model, optimizer),
      average_(model, options.average),
      numbers_(model.device(), groups_.rates().size()),
      segment_(moments_.views().begin(), moments_.views().end()) {
  if (!optimizer.runs_on(model.device())) {
    throw DeviceError(who_ + ": " + optimizer.describe() + " does not run on " + to_string(model.device()) +
                      ". Make the Model on another device.");
  }
  kept_.push_back(model.parameter_arena());
  kept_.insert(kept_.end(), moments_.views().begin(), moments_.views().end());
  if (check_finite_) measure_kept(context_for(model.device()));
}

double Updater::set_learning_rates() {
  double max_abs = 0;
  for (std::size_t i = 0; i < groups_.rates().size(); ++i) {
    const double rate = schedule_ == nullptr ? groups_.rates()[i] : schedule_->rate(groups_.rates()[i]);
    numbers_.host()[i].learning_rate = rate;
    max_abs = std::max(max_abs, rate);
  }
  learning_rate_ = numbers().learning_rate;
  return max_abs;
}

// Computes max abs of all parameters and moments, before the first update or after one that did not report it.
void Updater::measure_kept(const Context& context) {
  numbers().kept = 0;
  numbers_.push(context);
  double* max_abs = &numbers_.on_device()->kept;
  for (const TensorView& block : kept_) look(context, block, max_abs);
  numbers_.pull(context);
}

// Raises *max_abs to max abs of the gradients; where a layer gave a good enough upper bound, uses that instead of reading the gradient.
void Updater::look_at_gradients(const Context& context, Gradients gradients, double* max_abs) {
  const TensorView all = model_->gradient_arena();
  std::int64_t begin = 0;
  const auto look_until = [&](std::int64_t end) {
    if (end > begin) look(context, all.rows(begin, end - begin), max_abs);
  };
  if (gradients == Gradients::as_made) {
    for (const BoundedGradient& gradient : ModelAccess::gradients(*model_)) {
      if (!std::isfinite(*gradient.bound) || *gradient.bound > safe_magnitude_) continue;
      raise_max_abs(max_abs, *gradient.bound);
      look_until(gradient.offset);
      begin = gradient.offset + gradient.count;
    }
  }
  look_until(all.elements());
}

bool Updater::gradients_are_finite(const Context& context, Gradients gradients) {
  const ProfiledScope watch(Phase::check);
  numbers().gradient = 0;
  numbers_.push(context);
  look_at_gradients(context, gradients, &numbers_.on_device()->gradient);
  numbers_.pull(context);
  return std::isfinite(model_->loss()) && std::isfinite(numbers().gradient);
}

bool Updater::step(Gradients gradients) {
  const Context context = context_for(model_->device());
  if (check_finite_ && !gradients_are_finite(context, gradients)) return false;

  const ProfiledScope watch(Phase::update);
  const double rate = set_learning_rates();
  numbers().step = model_->training_state().step - moments_.first_step() + 1;

  // Below safe_magnitude an update cannot overflow, and its own max_abs tells whether that holds for the next update too. Otherwise the
  // result is checked before it counts. A NaN is not below.
  double max_abs = std::max({numbers().gradient, rate, numbers().kept});
  if (regularizer_.changes_gradients()) {
    max_abs = std::max(max_abs, regularizer_.bound(numbers().gradient, numbers().kept));
    regularizer_.before_update(context);
  }
  if (!check_finite_) {
    update(context, false);
  } else if (numbers().kept <= safe_magnitude_ && max_abs <= safe_magnitude_) {
    update(context, true);
  } else {
    update_with_care(context);
  }
  enqueue_average(context, nullptr);
  model_->commit();
  keep_state();
  return true;
}

void Updater::keep_state() {
  average_.steps_were_taken();
  if (state_is_kept_) return;
  state_is_kept_ = true;
  moments_.keep(model_->training_state().optimizer);
  model_->training_state().parameters = groups_.options();
}

void Updater::update(const Context& context, bool track) {
  if (track) numbers().kept = 0;
  numbers_.push(context);
  enqueue_update(context, track, nullptr);
  if (track) numbers_.pull(context);
}

void Updater::enqueue_update(const Context& context, bool track, const std::uint64_t* skip) {
  UpdateNumbers* device = numbers_.on_device();
  for (const Segment& segment : groups_.segments()) {
    for (std::size_t i = 0; i < segment_.size(); ++i) segment_[i] = moments_.views()[i].rows(segment.offset, segment.count);
    segment.optimizer->update(context, {.w = model_->parameter_arena().rows(segment.offset, segment.count),
                                        .g = model_->gradient_arena().rows(segment.offset, segment.count),
                                        .moments = segment_,
                                        .learning_rate = &device[segment.rate].learning_rate,
                                        .step = &device->step,
                                        .max_abs = track ? &device->kept : nullptr,
                                        .skip = skip});
  }
  regularizer_.after_update(context, skip);
}

void Updater::enqueue_average(const Context& context, const std::uint64_t* skip) {
  average_.update(context, &numbers_.on_device()->step, moments_.first_step(), skip);
}

bool Updater::capturable() const {
  const auto can = [](const Segment& segment) { return segment.optimizer->capturable(); };
  return std::all_of(groups_.segments().begin(), groups_.segments().end(), can);
}

void Updater::begin_recorded(const Context& context) {
  numbers().gradient = 0;
  numbers_.push(context);
}

void Updater::enqueue(const Context& context, StepAcceptance acceptance) {
  acceptance.update = numbers_.on_device();
  acceptance.first_step = moments_.first_step();
  acceptance.rates = static_cast<std::int64_t>(rates().size());
  acceptance.check_finite = check_finite_;
  acceptance.safe_magnitude = safe_magnitude_;
  acceptance.most_l1 = regularizer_.most_l1();
  acceptance.most_l2 = regularizer_.most_l2();
  if (check_finite_) look(context, model_->gradient_arena(), &acceptance.update->gradient);
  cuda::accept_step(context, acceptance);
  if (regularizer_.changes_gradients()) regularizer_.before_update(context);
  enqueue_update(context, check_finite_, &acceptance.numbers->skip);
  enqueue_average(context, &acceptance.numbers->skip);
}

void Updater::end_recorded(const Context& context) { numbers_.pull(context); }

void Updater::steps_were_taken(std::span<const double> rates) {
  learning_rate_ = rates[0];
  keep_state();
}

void Updater::update_with_care(const Context& context) {
  if (before_.empty()) {
    for (const TensorView& block : kept_) before_.emplace_back(block.shape(), block.dtype(), block.device());
  }
  for (std::size_t i = 0; i < kept_.size(); ++i) copy(context, kept_[i], before_[i]);
  update(context, false);
  measure_kept(context);
  if (std::isfinite(numbers().kept)) return;
  const std::string what = describe_overflow();
  for (std::size_t i = 0; i < kept_.size(); ++i) copy(context, before_[i], kept_[i]);
  measure_kept(context);
  throw NumericError(failed_step(who_, *model_, what));
}

// Which parameter or moment has become non-finite.
std::string Updater::describe_overflow() const {
  const std::string by = "the update by " + optimizer_->describe() + " would make ";
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    const std::string owner = i == 0 ? "" : "moment " + std::to_string(i) + " of ";
    for (const ArenaEntry& entry : model_->parameters()) {
      const ConstTensorView block = kept_[i].rows(entry.offset, entry.shape.elements()).reshaped(entry.shape);
      if (const auto bad = find_bad(block)) return by + owner + entry.name + " " + *bad;
    }
  }
  return by + "padding not finite";
}

}  // namespace weir
