#pragma once

#include <weir/core/option.hpp>
#include <weir/training/options_schedule.hpp>

namespace weir {

struct StepLROptions {
  static constexpr std::string_view name = "StepLR";
  std::int64_t step_size = 30;  // at least 1
  double gamma = 0.1;           // 0 or more

  static constexpr std::tuple options{Option{"step_size", &StepLROptions::step_size, OptionRange::positive},
                                      Option{"gamma", &StepLROptions::gamma}};
};

// lr gamma^(time / step_size, rounded down), as torch.optim.lr_scheduler.StepLR.
using StepLR = OptionsSchedule<StepLROptions>;

}  // namespace weir
