#include <utility>
#include <weir/training/linear_warmup.hpp>

#include "training/schedules/options_schedule.hpp"

namespace weir {

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

template class OptionsSchedule<LinearWarmupOptions>;

}  // namespace weir
