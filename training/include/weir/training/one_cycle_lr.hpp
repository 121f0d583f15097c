#pragma once

#include <optional>
#include <weir/core/option.hpp>
#include <weir/training/options_schedule.hpp>

namespace weir {

struct OneCycleLROptions {
  static constexpr std::string_view name = "OneCycleLR";
  static constexpr ScheduleUnit unit = ScheduleUnit::step;
  std::int64_t total_steps = 0;       // at least 1: steps in an epoch times epochs
  std::optional<double> max_lr = {};  // unset: the learning rate of the optimizer or parameter group
  double pct_start = 0.3;             // fraction of the steps in which the rate rises, 0 to 1
  bool linear = false;                // anneal linearly instead of by a cosine
  double div_factor = 25;             // the initial rate is max_lr / div_factor; above 0
  double final_div_factor = 1e4;      // the final rate is the initial rate / final_div_factor; above 0
  bool three_phase = false;           // fall back to the initial rate first, as slowly as it rose, then to the final rate

  static constexpr std::tuple options{Option{"total_steps", &OneCycleLROptions::total_steps, OptionRange::positive},
                                      Option{"max_lr", &OneCycleLROptions::max_lr},
                                      Option{"pct_start", &OneCycleLROptions::pct_start, OptionRange::up_to_one},
                                      Option{"linear", &OneCycleLROptions::linear},
                                      Option{"div_factor", &OneCycleLROptions::div_factor, OptionRange::positive},
                                      Option{"final_div_factor", &OneCycleLROptions::final_div_factor, OptionRange::positive},
                                      Option{"three_phase", &OneCycleLROptions::three_phase}};
};

// The rate rises from max_lr / div_factor to max_lr, then falls to max_lr / div_factor / final_div_factor at the last of total_steps and
// stays there; as torch.optim.lr_scheduler.OneCycleLR with cycle_momentum=False: schedules here change only the learning rate, not the
// momentum. Counts steps. Source: Smith, Topin, "Super-convergence: very fast training of neural networks using large learning rates"
// (2018).
using OneCycleLR = OptionsSchedule<OneCycleLROptions>;

}  // namespace weir
