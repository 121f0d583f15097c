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
class ExponentialLR final : public OptionsSchedule<ExponentialLROptions> {
 public:
  explicit ExponentialLR(ExponentialLROptions options) : OptionsSchedule(options) {}  // ConfigError for an option outside its range

  double rate(double lr, std::uint64_t time, std::span<const double> memory) const override;
};

}  // namespace weir
