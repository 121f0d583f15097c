#include <algorithm>
#include <limits>
#include <weir/training/reduce_lr_on_plateau.hpp>

#include "training/schedules/options_schedule.hpp"

namespace weir {

namespace {

// Indices into the schedule's memory.
enum Remembered { best, bad_epochs, cooling, reduced, remembered };

}  // namespace

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

template class OptionsSchedule<ReduceLROnPlateauOptions>;

}  // namespace weir
