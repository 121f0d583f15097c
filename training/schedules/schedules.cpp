// Schedules that are a single formula of the time.

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <weir/training/constant_lr.hpp>
#include <weir/training/cosine_annealing_lr.hpp>
#include <weir/training/cosine_annealing_warm_restarts.hpp>
#include <weir/training/exponential_lr.hpp>
#include <weir/training/linear_lr.hpp>
#include <weir/training/multi_step_lr.hpp>
#include <weir/training/polynomial_lr.hpp>
#include <weir/training/step_lr.hpp>

#include "training/schedules/options_schedule.hpp"

namespace weir {

namespace {

// min(1, time / total).
double passed(std::uint64_t time, std::int64_t total) { return std::min(1.0, static_cast<double>(time) / static_cast<double>(total)); }

double cosine(double lr, double least, double place) { return least + (lr - least) * (1 + std::cos(std::numbers::pi * place)) / 2; }

}  // namespace

double StepLR::rate(double lr, std::uint64_t time, std::span<const double>) const {
  return lr * std::pow(options_.gamma, static_cast<double>(time / static_cast<std::uint64_t>(options_.step_size)));
}

double MultiStepLR::rate(double lr, std::uint64_t time, std::span<const double>) const {
  const auto reached = std::count_if(options_.milestones.begin(), options_.milestones.end(),
                                     [time](std::int64_t milestone) { return static_cast<std::uint64_t>(milestone) <= time; });
  return lr * std::pow(options_.gamma, static_cast<double>(reached));
}

double ExponentialLR::rate(double lr, std::uint64_t time, std::span<const double>) const {
  return lr * std::pow(options_.gamma, static_cast<double>(time));
}

double PolynomialLR::rate(double lr, std::uint64_t time, std::span<const double>) const {
  return lr * std::pow(1 - passed(time, options_.total_iters), options_.power);
}

double ConstantLR::rate(double lr, std::uint64_t time, std::span<const double>) const {
  return time < static_cast<std::uint64_t>(options_.total_iters) ? lr * options_.factor : lr;
}

double LinearLR::rate(double lr, std::uint64_t time, std::span<const double>) const {
  return lr * (options_.start_factor + (options_.end_factor - options_.start_factor) * passed(time, options_.total_iters));
}

double CosineAnnealingLR::rate(double lr, std::uint64_t time, std::span<const double>) const {
  return cosine(lr, options_.eta_min, static_cast<double>(time) / static_cast<double>(options_.T_max));
}

double CosineAnnealingWarmRestarts::rate(double lr, std::uint64_t time, std::span<const double>) const {
  double place = static_cast<double>(time), length = static_cast<double>(options_.T_0);
  if (options_.T_mult == 1) {
    place = std::fmod(place, length);
  } else {
    for (; place >= length; length *= static_cast<double>(options_.T_mult)) place -= length;
  }
  return cosine(lr, options_.eta_min, place / length);
}

void check_together(const MultiStepLROptions& options) {
  if (!std::is_sorted(options.milestones.begin(), options.milestones.end())) {
    throw ConfigError("MultiStepLR: milestones are not in order. Sort them.");
  }
  if (!options.milestones.empty() && options.milestones.front() < 0) {
    throw ConfigError("MultiStepLR: the first of milestones is " + std::to_string(options.milestones.front()) + ", expected 0 or more.");
  }
}

template class OptionsSchedule<StepLROptions>;
template class OptionsSchedule<MultiStepLROptions>;
template class OptionsSchedule<ExponentialLROptions>;
template class OptionsSchedule<PolynomialLROptions>;
template class OptionsSchedule<ConstantLROptions>;
template class OptionsSchedule<LinearLROptions>;
template class OptionsSchedule<CosineAnnealingLROptions>;
template class OptionsSchedule<CosineAnnealingWarmRestartsOptions>;

}  // namespace weir
