#pragma once

#include <weir/core/option.hpp>
#include <weir/training/options_schedule.hpp>

namespace weir {

struct LinearWarmupOptions {
  static constexpr std::string_view name = "LinearWarmup";
  std::int64_t total_iters = 5;   // length of the warm-up, at least 1
  double start_factor = 1.0 / 3;  // 0 or more

  static constexpr std::tuple options{Option{"total_iters", &LinearWarmupOptions::total_iters, OptionRange::positive},
                                      Option{"start_factor", &LinearWarmupOptions::start_factor}};
};

// A linear warm-up before another schedule: lr (start_factor + (1 - start_factor) time / total_iters) until total_iters; then the schedule
// at time - total_iters, or lr without one. As torch.optim.lr_scheduler.SequentialLR of LinearLR and the schedule. Counts steps or epochs
// as the schedule does; steps without one.
class LinearWarmup final : public OptionsSchedule<LinearWarmupOptions> {
 public:
  explicit LinearWarmup(LinearWarmupOptions options, AnySchedule then = {});  // ConfigError for an option outside its range

  Config config() const override;  // the schedule is the child "then"
  ScheduleUnit unit() const override { return then_ ? then_->unit() : ScheduleUnit::step; }
  double rate(double lr, std::uint64_t time, std::span<const double> memory) const override;
  ScheduleWatch watches() const override { return then_ ? then_->watches() : ScheduleWatch::nothing; }
  std::vector<double> memory() const override;
  void observe(double metric, std::span<double> memory) const override;

 private:
  AnySchedule then_;
};

}  // namespace weir
