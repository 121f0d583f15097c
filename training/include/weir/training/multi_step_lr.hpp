#pragma once

#include <cstdint>
#include <utility>
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
class MultiStepLR final : public OptionsSchedule<MultiStepLROptions> {
 public:
  explicit MultiStepLR(MultiStepLROptions options) : OptionsSchedule(std::move(options)) {}  // ConfigError for an option outside its range

  double rate(double lr, std::uint64_t time, std::span<const double> memory) const override;
};

}  // namespace weir
