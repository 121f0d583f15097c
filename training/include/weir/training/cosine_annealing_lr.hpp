#pragma once

#include <weir/core/option.hpp>
#include <weir/training/options_schedule.hpp>

namespace weir {

struct CosineAnnealingLROptions {
  static constexpr std::string_view name = "CosineAnnealingLR";
  std::int64_t T_max = 10;  // at least 1
  double eta_min = 0;       // 0 or more

  static constexpr std::tuple options{Option{"T_max", &CosineAnnealingLROptions::T_max, OptionRange::positive},
                                      Option{"eta_min", &CosineAnnealingLROptions::eta_min}};
};

// eta_min + (lr - eta_min) (1 + cos(pi time / T_max)) / 2, as torch.optim.lr_scheduler.CosineAnnealingLR: it rises again after T_max.
// Source: Loshchilov, Hutter, "SGDR: stochastic gradient descent with warm restarts" (2017).
using CosineAnnealingLR = OptionsSchedule<CosineAnnealingLROptions>;

}  // namespace weir
