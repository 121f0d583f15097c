#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <utility>
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

#include "core/options.hpp"

namespace weir {

namespace {

// min(1, time / total).
double passed(std::uint64_t time, std::int64_t total) { return std::min(1.0, static_cast<double>(time) / static_cast<double>(total)); }

double cosine(double lr, double least, double place) { return least + (lr - least) * (1 + std::cos(std::numbers::pi * place)) / 2; }

// The rate of schedules that are a formula of the time; the others override rate.
template <class Options>
double rate_of(const Options&, double lr, std::uint64_t) {
  return lr;
}

double rate_of(const StepLROptions& options, double lr, std::uint64_t time) {
  return lr * std::pow(options.gamma, static_cast<double>(time / static_cast<std::uint64_t>(options.step_size)));
}

double rate_of(const MultiStepLROptions& options, double lr, std::uint64_t time) {
  const auto reached = std::count_if(options.milestones.begin(), options.milestones.end(),
                                     [time](std::int64_t milestone) { return static_cast<std::uint64_t>(milestone) <= time; });
  return lr * std::pow(options.gamma, static_cast<double>(reached));
}

double rate_of(const ExponentialLROptions& options, double lr, std::uint64_t time) {
  return lr * std::pow(options.gamma, static_cast<double>(time));
}

double rate_of(const PolynomialLROptions& options, double lr, std::uint64_t time) {
  return lr * std::pow(1 - passed(time, options.total_iters), options.power);
}

double rate_of(const ConstantLROptions& options, double lr, std::uint64_t time) {
  return time < static_cast<std::uint64_t>(options.total_iters) ? lr * options.factor : lr;
}

double rate_of(const LinearLROptions& options, double lr, std::uint64_t time) {
  return lr * (options.start_factor + (options.end_factor - options.start_factor) * passed(time, options.total_iters));
}

double rate_of(const CosineAnnealingLROptions& options, double lr, std::uint64_t time) {
  return cosine(lr, options.eta_min, static_cast<double>(time) / static_cast<double>(options.T_max));
}

double rate_of(const CosineAnnealingWarmRestartsOptions& options, double lr, std::uint64_t time) {
  double place = static_cast<double>(time), length = static_cast<double>(options.T_0);
  if (options.T_mult == 1) {
    place = std::fmod(place, length);
  } else {
    for (; place >= length; length *= static_cast<double>(options.T_mult)) place -= length;
  }
  return cosine(lr, options.eta_min, place / length);
}

double rate_of(const OneCycleLROptions& options, double lr, std::uint64_t time) {
  const double most = options.max_lr.value_or(lr), first = most / options.div_factor, last = first / options.final_div_factor;
  const double steps = static_cast<double>(options.total_steps), now = std::min(static_cast<double>(time), steps - 1);
  struct Phase {
    double end, from, to;
  };
  const double top = options.pct_start * steps - 1, down = 2 * options.pct_start * steps - 2;
  const Phase two[] = {{top, first, most}, {steps - 1, most, last}};
  const Phase three[] = {{top, first, most}, {down, most, first}, {steps - 1, first, last}};
  const std::span<const Phase> phases = options.three_phase ? std::span<const Phase>(three) : std::span<const Phase>(two);
  double begin = 0;
  for (const Phase& phase : phases) {
    if (now > phase.end && &phase != &phases.back()) {
      begin = phase.end;
      continue;
    }
    const double place = phase.end > begin ? (now - begin) / (phase.end - begin) : 1;
    if (options.linear) return phase.from + (phase.to - phase.from) * place;
    return phase.to + (phase.from - phase.to) / 2 * (1 + std::cos(std::numbers::pi * place));
  }
  return last;
}

// Indices into the memory of ReduceLROnPlateau.
enum Remembered { best, bad_epochs, cooling, reduced, remembered };

}  // namespace

void check_together(const MultiStepLROptions& options) {
  if (!std::is_sorted(options.milestones.begin(), options.milestones.end())) {
    throw ConfigError("MultiStepLR: milestones are not in order. Sort them.");
  }
  if (!options.milestones.empty() && options.milestones.front() < 0) {
    throw ConfigError("MultiStepLR: the first of milestones is " + std::to_string(options.milestones.front()) + ", expected 0 or more.");
  }
}

template <class Options>
OptionsSchedule<Options>::OptionsSchedule(Options options) : options_(std::move(options)) {
  check_options(options_);
}

template <class Options>
std::string OptionsSchedule<Options>::type() const {
  return std::string(Options::name);
}

template <class Options>
Config OptionsSchedule<Options>::config() const {
  return config_of(options_);
}

template <class Options>
ScheduleUnit OptionsSchedule<Options>::unit() const {
  if constexpr (requires { Options::unit; }) return Options::unit;
  return Schedule::unit();
}

template <class Options>
double OptionsSchedule<Options>::rate(double lr, std::uint64_t time, std::span<const double>) const {
  return rate_of(options_, lr, time);
}

template class OptionsSchedule<StepLROptions>;
template class OptionsSchedule<MultiStepLROptions>;
template class OptionsSchedule<ExponentialLROptions>;
template class OptionsSchedule<PolynomialLROptions>;
template class OptionsSchedule<ConstantLROptions>;
template class OptionsSchedule<LinearLROptions>;
template class OptionsSchedule<CosineAnnealingLROptions>;
template class OptionsSchedule<CosineAnnealingWarmRestartsOptions>;
template class OptionsSchedule<OneCycleLROptions>;
template class OptionsSchedule<LinearWarmupOptions>;
template class OptionsSchedule<ReduceLROnPlateauOptions>;

LinearWarmup::LinearWarmup(LinearWarmupOptions options, AnySchedule then) : OptionsSchedule(options), then_(std::move(then)) {}

Config LinearWarmup::config() const {
  Config config = OptionsSchedule::config();
  if (then_) config.set("then", TypedConfig{then_->type(), then_->config()});
  return config;
}

double LinearWarmup::rate(double lr, std::uint64_t time, std::span<const double> memory) const {
  const auto total = static_cast<std::uint64_t>(options_.total_iters);
  if (time >= total) return then_ ? then_->rate(lr, time - total, memory) : lr;
  return lr * (options_.start_factor + (1 - options_.start_factor) * static_cast<double>(time) / static_cast<double>(total));
}

std::vector<double> LinearWarmup::memory() const { return then_ ? then_->memory() : std::vector<double>(); }

void LinearWarmup::observe(double metric, std::span<double> memory) const {
  if (then_) then_->observe(metric, memory);
}

ScheduleWatch ReduceLROnPlateau::watches() const {
  return options_.mode == ReduceLROnPlateauOptions::Mode::min ? ScheduleWatch::loss : ScheduleWatch::accuracy;
}

std::vector<double> ReduceLROnPlateau::memory() const {
  std::vector<double> memory(remembered);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  memory[best] = options_.mode == ReduceLROnPlateauOptions::Mode::min ? infinity : -infinity;
  return memory;
}

void ReduceLROnPlateau::observe(double metric, std::span<double> memory) const {
  const bool relative = options_.threshold_mode == ReduceLROnPlateauOptions::ThresholdMode::rel;
  const bool down = options_.mode == ReduceLROnPlateauOptions::Mode::min;
  const double change = down ? -options_.threshold : options_.threshold;
  const double mark = relative ? memory[best] * (1 + change) : memory[best] + change;
  if (down ? metric < mark : metric > mark) {
    memory[best] = metric;
    memory[bad_epochs] = 0;
  } else {
    ++memory[bad_epochs];
  }
  if (memory[cooling] > 0) {
    --memory[cooling];
    memory[bad_epochs] = 0;
  }
  if (memory[bad_epochs] <= static_cast<double>(options_.patience)) return;
  ++memory[reduced];
  memory[cooling] = static_cast<double>(options_.cooldown);
  memory[bad_epochs] = 0;
}

double ReduceLROnPlateau::rate(double lr, std::uint64_t, std::span<const double> memory) const {
  for (double i = 0; i < memory[reduced]; ++i) {
    const double next = std::max(lr * options_.factor, options_.min_lr);
    if (!(lr - next > options_.eps)) break;  // later reductions would be too small as well
    lr = next;
  }
  return lr;
}

}  // namespace weir
