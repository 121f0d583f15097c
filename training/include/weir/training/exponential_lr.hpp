#pragma once

#include <weir/core/option.hpp>
#include <weir/training/options_schedule.hpp>

namespace weir {

struct ExponentialLROptions {
  static constexpr std::string_view name = "ExponentialLR";
  double gamma = 0.95;  // 0 or more

  static constexpr std::tuple options{Option{"gamma", &ExponentialLROptions::gamma}};
};

// lr gamma^time, as torch.optim.lr_scheduler.ExponentialLR.
using ExponentialLR = OptionsSchedule<ExponentialLROptions>;

}  // namespace weir
