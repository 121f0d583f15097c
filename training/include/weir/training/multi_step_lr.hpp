#pragma once

#include <cstdint>
#include <vector>
#include <weir/core/option.hpp>
#include <weir/training/options_schedule.hpp>

namespace weir {

struct MultiStepLROptions {
  static constexpr std::string_view name = "MultiStepLR";
  std::vector<std::int64_t> milestones = {};  // rising
  double gamma = 0.1;                         // 0 or more

  static constexpr std::tuple options{Option{"milestones", &MultiStepLROptions::milestones}, Option{"gamma", &MultiStepLROptions::gamma}};
};

// lr gamma^(milestones reached), as torch.optim.lr_scheduler.MultiStepLR.
using MultiStepLR = OptionsSchedule<MultiStepLROptions>;

}  // namespace weir
