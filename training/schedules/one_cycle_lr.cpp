#include <algorithm>
#include <cmath>
#include <numbers>
#include <weir/training/one_cycle_lr.hpp>

#include "training/schedules/schedule_options.hpp"

namespace weir {

OneCycleLR::OneCycleLR(OneCycleLROptions options) : options_(options) {
  constexpr const char* who = "OneCycleLR";
  require_count(who, "total_steps", options.total_steps);
  if (options.max_lr) require_number(who, "max_lr", *options.max_lr);
  require_schedule(options.pct_start >= 0 && options.pct_start <= 1, who, "pct_start", options.pct_start, "a number from 0 to 1");
  const auto positive = [](double value) { return value > 0 && std::isfinite(value); };
  require_schedule(positive(options.div_factor), who, "div_factor", options.div_factor, "a finite number above 0");
  require_schedule(positive(options.final_div_factor), who, "final_div_factor", options.final_div_factor, "a finite number above 0");
}

std::string OneCycleLR::describe() const {
  Description description("OneCycleLR");
  description.add("total_steps", options_.total_steps);
  if (options_.max_lr) description.add("max_lr", *options_.max_lr);
  return description.add("pct_start", options_.pct_start)
      .add("linear", options_.linear)
      .add("div_factor", options_.div_factor)
      .add("final_div_factor", options_.final_div_factor)
      .add("three_phase", options_.three_phase)
      .text();
}

double OneCycleLR::rate(double lr, std::uint64_t time, std::span<const double>) const {
  const double most = options_.max_lr.value_or(lr), first = most / options_.div_factor, last = first / options_.final_div_factor;
  const double steps = static_cast<double>(options_.total_steps), now = std::min(static_cast<double>(time), steps - 1);
  struct Phase {
    double end, from, to;
  };
  const double top = options_.pct_start * steps - 1, down = 2 * options_.pct_start * steps - 2;
  const Phase two[] = {{top, first, most}, {steps - 1, most, last}};
  const Phase three[] = {{top, first, most}, {down, most, first}, {steps - 1, first, last}};
  const std::span<const Phase> phases = options_.three_phase ? std::span<const Phase>(three) : std::span<const Phase>(two);
  double begin = 0;
  for (const Phase& phase : phases) {
    if (now > phase.end && &phase != &phases.back()) {
      begin = phase.end;
      continue;
    }
    const double place = phase.end > begin ? (now - begin) / (phase.end - begin) : 1;
    if (options_.linear) return phase.from + (phase.to - phase.from) * place;
    return phase.to + (phase.from - phase.to) / 2 * (1 + std::cos(std::numbers::pi * place));
  }
  return last;
}

}  // namespace weir
