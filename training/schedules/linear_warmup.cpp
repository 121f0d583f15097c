#include <utility>
#include <weir/training/linear_warmup.hpp>

#include "training/schedules/schedule_options.hpp"

namespace weir {

LinearWarmup::LinearWarmup(LinearWarmupOptions options, AnySchedule then) : options_(options), then_(std::move(then)) {
  require_count("LinearWarmup", "total_iters", options.total_iters);
  require_number("LinearWarmup", "start_factor", options.start_factor);
}

std::string LinearWarmup::describe() const {
  Description description("LinearWarmup");
  description.add("total_iters", options_.total_iters).add("start_factor", options_.start_factor);
  if (then_) description.add("then", then_->describe());
  return description.text();
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

}  // namespace weir
