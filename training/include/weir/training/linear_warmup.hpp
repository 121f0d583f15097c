#pragma once

#include <weir/core/option.hpp>
#include <weir/training/options_schedule.hpp>

namespace weir {

struct LinearWarmupOptions {
  static constexpr std::string_view name = "LinearWarmup";
  std::int64_t total_iters = 5;   // how long it takes, at least 1
  double start_factor = 1.0 / 3;  // 0 or more

  static constexpr std::tuple options{Option{"total_iters", &LinearWarmupOptions::total_iters, OptionRange::positive},
                                      Option{"start_factor", &LinearWarmupOptions::start_factor}};
};

// A warm-up in front of any schedule: lr (start_factor + (1 - start_factor) time / total_iters), and from total_iters on what the schedule
// makes of the time since then; without one, lr. As torch.optim.lr_scheduler.SequentialLR of LinearLR and the schedule. Its time counts
// what the schedule's does, steps when there is none.
class LinearWarmup final : public OptionsSchedule<LinearWarmupOptions> {
 public:
  explicit LinearWarmup(LinearWarmupOptions options, AnySchedule then = {});  // ConfigError for an option outside its range

  Config config() const override;  // and the schedule as the child "then"
  ScheduleUnit unit() const override { return then_ ? then_->unit() : ScheduleUnit::step; }
  double rate(double lr, std::uint64_t time, std::span<const double> memory) const override;
  ScheduleWatch watches() const override { return then_ ? then_->watches() : ScheduleWatch::nothing; }
  std::vector<double> memory() const override;
  void observe(double metric, std::span<double> memory) const override;

 private:
  AnySchedule then_;
};

}  // namespace weir
