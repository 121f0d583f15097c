#pragma once

#include <cstdint>
#include <optional>
#include <vector>
#include <weir/core/training_state.hpp>
#include <weir/training/schedule.hpp>

namespace weir {

// A schedule in its course: where it is, kept in a ScheduleState. Goes on where that state is of the same type, config and unit, else
// begins.
class ScheduleRun {
 public:
  // Changes nothing. `unit` instead of the schedule's own. The state must outlive this.
  ScheduleRun(AnySchedule schedule, std::optional<ScheduleUnit> unit, ScheduleState& state);

  // The learning rate of a step that is so many steps ahead.
  double rate(double lr, std::uint64_t ahead = 0) const {
    return schedule_ ? schedule_->rate(lr, time_ + (unit_ == ScheduleUnit::step ? ahead : 0), memory_) : lr;
  }

  void after_steps(std::int64_t steps);
  void after_epoch(double loss, std::optional<double> accuracy);

 private:
  void advance(std::uint64_t time);

  AnySchedule schedule_;
  ScheduleState* state_;
  std::optional<ScheduleState> begins_;  // what the state becomes with the first advance; none where it goes on
  ScheduleUnit unit_ = ScheduleUnit::epoch;
  std::uint64_t time_ = 0;
  std::vector<double> memory_;
};

}  // namespace weir
