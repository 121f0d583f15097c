#pragma once

#include <weir/core/option.hpp>
#include <weir/training/options_schedule.hpp>

namespace weir {

struct PolynomialLROptions {
  static constexpr std::string_view name = "PolynomialLR";
  std::int64_t total_iters = 5;  // at least 1
  double power = 1;              // 0 or more

  static constexpr std::tuple options{Option{"total_iters", &PolynomialLROptions::total_iters, OptionRange::positive},
                                      Option{"power", &PolynomialLROptions::power}};
};

// lr (1 - time / total_iters)^power, and 0 from total_iters on, as torch.optim.lr_scheduler.PolynomialLR.
using PolynomialLR = OptionsSchedule<PolynomialLROptions>;

}  // namespace weir
