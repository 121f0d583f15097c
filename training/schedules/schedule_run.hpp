#pragma once

#include <cstdint>
#include <optional>
#include <vector>
#include <weir/core/training_state.hpp>
#include <weir/training/schedule.hpp>

namespace weir {

// A schedule and its progress, which is kept in a ScheduleState. Continues if that state has the same type, config and unit, else starts
// anew.
class ScheduleRun {
 public:
  // `unit` overrides the schedule's own. Does not change the state, which must outlive this.
  ScheduleRun(AnySchedule schedule, std::optional<ScheduleUnit> unit, ScheduleState& state);

  // The learning rate of the step that is `ahead` steps after the next one.
  double rate(double lr, std::uint64_t ahead = 0) const {
    return schedule_ ? schedule_->rate(lr, time_ + (unit_ == ScheduleUnit::step ? ahead : 0), memory_) : lr;
  }

  void after_steps(std::int64_t steps);
  void after_epoch(double loss, std::optional<double> accuracy);

 private:
  void advance(std::uint64_t time);

  AnySchedule schedule_;
  ScheduleState* state_;
  std::optional<ScheduleState> begins_;  // the new state, set by the first advance; none if the old one continues
  ScheduleUnit unit_ = ScheduleUnit::epoch;
  std::uint64_t time_ = 0;
  std::vector<double> memory_;
};

}  // namespace weir
