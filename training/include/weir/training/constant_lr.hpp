#pragma once

#include <weir/core/option.hpp>
#include <weir/training/options_schedule.hpp>

namespace weir {

struct ConstantLROptions {
  static constexpr std::string_view name = "ConstantLR";
  double factor = 1.0 / 3;       // 0 or more
  std::int64_t total_iters = 5;  // 0 or more

  static constexpr std::tuple options{Option{"factor", &ConstantLROptions::factor}, Option{"total_iters", &ConstantLROptions::total_iters}};
};

// lr factor before total_iters, then lr, as torch.optim.lr_scheduler.ConstantLR.
using ConstantLR = OptionsSchedule<ConstantLROptions>;

}  // namespace weir
