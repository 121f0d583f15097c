#include <algorithm>
#include <cmath>
#include <numbers>
#include <weir/training/one_cycle_lr.hpp>

#include "training/schedules/options_schedule.hpp"

namespace weir {

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

template class OptionsSchedule<OneCycleLROptions>;

}  // namespace weir
