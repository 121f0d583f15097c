#include <algorithm>
#include <limits>
#include <weir/training/reduce_lr_on_plateau.hpp>

#include "training/schedules/schedule_options.hpp"

namespace weir {

namespace {

constexpr const char* who = "ReduceLROnPlateau";

// The places in its memory.
enum Remembered { best, bad_epochs, cooling, reductions, remembered };

}  // namespace

ReduceLROnPlateau::ReduceLROnPlateau(ReduceLROnPlateauOptions options) : options_(options) {
  require_schedule(options.factor >= 0 && options.factor < 1, who, "factor", options.factor, "a number from 0 to below 1");
  require_count(who, "patience", options.patience, 0);
  require_number(who, "threshold", options.threshold);
  require_count(who, "cooldown", options.cooldown, 0);
  require_number(who, "min_lr", options.min_lr);
  require_number(who, "eps", options.eps);
}

std::string ReduceLROnPlateau::describe() const {
  return Description(who)
      .add("mode", std::string(options_.mode == ReduceLROnPlateauOptions::Mode::min ? "min" : "max"))
      .add("factor", options_.factor)
      .add("patience", options_.patience)
      .add("threshold", options_.threshold)
      .add("threshold_mode", std::string(options_.threshold_mode == ReduceLROnPlateauOptions::ThresholdMode::rel ? "rel" : "abs"))
      .add("cooldown", options_.cooldown)
      .add("min_lr", options_.min_lr)
      .add("eps", options_.eps)
      .text();
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
  ++memory[reductions];
  memory[cooling] = static_cast<double>(options_.cooldown);
  memory[bad_epochs] = 0;
}

double ReduceLROnPlateau::rate(double lr, std::uint64_t, std::span<const double> memory) const {
  for (double i = 0; i < memory[reductions]; ++i) {
    const double next = std::max(lr * options_.factor, options_.min_lr);
    if (!(lr - next > options_.eps)) break;  // nor would the next ones
    lr = next;
  }
  return lr;
}

}  // namespace weir
