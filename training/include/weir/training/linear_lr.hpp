#pragma once

#include <weir/core/option.hpp>
#include <weir/training/options_schedule.hpp>

namespace weir {

struct LinearLROptions {
  static constexpr std::string_view name = "LinearLR";
  double start_factor = 1.0 / 3;  // 0 or more
  double end_factor = 1;          // 0 or more
  std::int64_t total_iters = 5;   // at least 1

  static constexpr std::tuple options{Option{"start_factor", &LinearLROptions::start_factor},
                                      Option{"end_factor", &LinearLROptions::end_factor},
                                      Option{"total_iters", &LinearLROptions::total_iters, OptionRange::positive}};
};

// lr times a factor that goes linearly from start_factor to end_factor in total_iters, as torch.optim.lr_scheduler.LinearLR.
using LinearLR = OptionsSchedule<LinearLROptions>;

}  // namespace weir
