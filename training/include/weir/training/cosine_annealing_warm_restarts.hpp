#pragma once

#include <weir/core/option.hpp>
#include <weir/training/options_schedule.hpp>

namespace weir {

struct CosineAnnealingWarmRestartsOptions {
  static constexpr std::string_view name = "CosineAnnealingWarmRestarts";
  std::int64_t T_0 = 10;    // length of the first cycle, at least 1
  std::int64_t T_mult = 1;  // each cycle is so many times as long as the one before; at least 1
  double eta_min = 0;       // 0 or more

  static constexpr std::tuple options{Option{"T_0", &CosineAnnealingWarmRestartsOptions::T_0, OptionRange::positive},
                                      Option{"T_mult", &CosineAnnealingWarmRestartsOptions::T_mult, OptionRange::positive},
                                      Option{"eta_min", &CosineAnnealingWarmRestartsOptions::eta_min}};
};

// eta_min + (lr - eta_min) (1 + cos(pi t / T)) / 2 at place t of a cycle of length T, which is T_0, T_0 T_mult, T_0 T_mult^2, ...; as
// torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.
// Source: Loshchilov, Hutter, "SGDR: stochastic gradient descent with warm restarts" (2017).
using CosineAnnealingWarmRestarts = OptionsSchedule<CosineAnnealingWarmRestartsOptions>;

}  // namespace weir
