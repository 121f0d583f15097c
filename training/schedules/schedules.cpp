// The schedules that are one formula of the time.

#include <algorithm>
#include <cmath>
#include <numbers>
#include <weir/training/constant_lr.hpp>
#include <weir/training/cosine_annealing_lr.hpp>
#include <weir/training/cosine_annealing_warm_restarts.hpp>
#include <weir/training/exponential_lr.hpp>
#include <weir/training/linear_lr.hpp>
#include <weir/training/multi_step_lr.hpp>
#include <weir/training/polynomial_lr.hpp>
#include <weir/training/step_lr.hpp>

#include "training/schedules/schedule_options.hpp"

namespace weir {

namespace {

// The share of [0, total] that has passed.
double passed(std::uint64_t time, std::int64_t total) { return std::min(1.0, static_cast<double>(time) / static_cast<double>(total)); }

double cosine(double lr, double least, double place) { return least + (lr - least) * (1 + std::cos(std::numbers::pi * place)) / 2; }

}  // namespace

StepLR::StepLR(StepLROptions options) : options_(options) {
  require_count("StepLR", "step_size", options.step_size);
  require_number("StepLR", "gamma", options.gamma);
}

std::string StepLR::describe() const {
  return Description("StepLR").add("step_size", options_.step_size).add("gamma", options_.gamma).text();
}

double StepLR::rate(double lr, std::uint64_t time, std::span<const double>) const {
  return lr * std::pow(options_.gamma, static_cast<double>(time / static_cast<std::uint64_t>(options_.step_size)));
}

MultiStepLR::MultiStepLR(MultiStepLROptions options) : options_(std::move(options)) {
  require_number("MultiStepLR", "gamma", options_.gamma);
  if (std::is_sorted(options_.milestones.begin(), options_.milestones.end())) return;
  throw ConfigError("MultiStepLR: milestones are not in order. Sort them.");
}

std::string MultiStepLR::describe() const {
  std::string list;
  for (const std::int64_t milestone : options_.milestones) list += (list.empty() ? "" : ", ") + std::to_string(milestone);
  return Description("MultiStepLR").add("milestones", "[" + list + "]").add("gamma", options_.gamma).text();
}

double MultiStepLR::rate(double lr, std::uint64_t time, std::span<const double>) const {
  const auto reached = std::count_if(options_.milestones.begin(), options_.milestones.end(), [time](std::int64_t milestone) {
    return milestone <= 0 || static_cast<std::uint64_t>(milestone) <= time;
  });
  return lr * std::pow(options_.gamma, static_cast<double>(reached));
}

ExponentialLR::ExponentialLR(ExponentialLROptions options) : options_(options) { require_number("ExponentialLR", "gamma", options.gamma); }

std::string ExponentialLR::describe() const { return Description("ExponentialLR").add("gamma", options_.gamma).text(); }

double ExponentialLR::rate(double lr, std::uint64_t time, std::span<const double>) const {
  return lr * std::pow(options_.gamma, static_cast<double>(time));
}

PolynomialLR::PolynomialLR(PolynomialLROptions options) : options_(options) {
  require_count("PolynomialLR", "total_iters", options.total_iters);
  require_number("PolynomialLR", "power", options.power);
}

std::string PolynomialLR::describe() const {
  return Description("PolynomialLR").add("total_iters", options_.total_iters).add("power", options_.power).text();
}

double PolynomialLR::rate(double lr, std::uint64_t time, std::span<const double>) const {
  return lr * std::pow(1 - passed(time, options_.total_iters), options_.power);
}

ConstantLR::ConstantLR(ConstantLROptions options) : options_(options) {
  require_number("ConstantLR", "factor", options.factor);
  require_count("ConstantLR", "total_iters", options.total_iters, 0);
}

std::string ConstantLR::describe() const {
  return Description("ConstantLR").add("factor", options_.factor).add("total_iters", options_.total_iters).text();
}

double ConstantLR::rate(double lr, std::uint64_t time, std::span<const double>) const {
  return time < static_cast<std::uint64_t>(options_.total_iters) ? lr * options_.factor : lr;
}

LinearLR::LinearLR(LinearLROptions options) : options_(options) {
  require_number("LinearLR", "start_factor", options.start_factor);
  require_number("LinearLR", "end_factor", options.end_factor);
  require_count("LinearLR", "total_iters", options.total_iters);
}

std::string LinearLR::describe() const {
  return Description("LinearLR")
      .add("start_factor", options_.start_factor)
      .add("end_factor", options_.end_factor)
      .add("total_iters", options_.total_iters)
      .text();
}

double LinearLR::rate(double lr, std::uint64_t time, std::span<const double>) const {
  return lr * (options_.start_factor + (options_.end_factor - options_.start_factor) * passed(time, options_.total_iters));
}

CosineAnnealingLR::CosineAnnealingLR(CosineAnnealingLROptions options) : options_(options) {
  require_count("CosineAnnealingLR", "T_max", options.T_max);
  require_number("CosineAnnealingLR", "eta_min", options.eta_min);
}

std::string CosineAnnealingLR::describe() const {
  return Description("CosineAnnealingLR").add("T_max", options_.T_max).add("eta_min", options_.eta_min).text();
}

double CosineAnnealingLR::rate(double lr, std::uint64_t time, std::span<const double>) const {
  return cosine(lr, options_.eta_min, static_cast<double>(time) / static_cast<double>(options_.T_max));
}

CosineAnnealingWarmRestarts::CosineAnnealingWarmRestarts(CosineAnnealingWarmRestartsOptions options) : options_(options) {
  require_count("CosineAnnealingWarmRestarts", "T_0", options.T_0);
  require_count("CosineAnnealingWarmRestarts", "T_mult", options.T_mult);
  require_number("CosineAnnealingWarmRestarts", "eta_min", options.eta_min);
}

std::string CosineAnnealingWarmRestarts::describe() const {
  return Description("CosineAnnealingWarmRestarts")
      .add("T_0", options_.T_0)
      .add("T_mult", options_.T_mult)
      .add("eta_min", options_.eta_min)
      .text();
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

}  // namespace weir
