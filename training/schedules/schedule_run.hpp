#pragma once

#include <cstdint>
#include <optional>
#include <vector>
#include <weir/core/training_state.hpp>
#include <weir/training/schedule.hpp>

namespace weir {

// A schedule in its course: where it is, kept in a TrainingState. Goes on where that state's schedule is described alike, else begins.
class ScheduleRun {
 public:
  // Changes nothing. `unit` instead of the schedule's own. The state must outlive this.
  ScheduleRun(AnySchedule schedule, std::optional<ScheduleUnit> unit, TrainingState& state);

  // The learning rate of a step that is so many steps ahead.
  double rate(double lr, std::uint64_t ahead = 0) const {
    return schedule_ ? schedule_->rate(lr, time_ + (unit_ == ScheduleUnit::step ? ahead : 0), memory_) : lr;
  }

  void after_steps(std::int64_t steps);
  void after_epoch(double loss, std::optional<double> accuracy);

 private:
  void advance(std::uint64_t time);

  AnySchedule schedule_;
  TrainingState* state_;
  ScheduleUnit unit_ = ScheduleUnit::epoch;
  std::string name_;
  std::uint64_t time_ = 0;
  std::vector<double> memory_;
};

}  // namespace weir
