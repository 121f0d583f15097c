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

  double rate(double lr) const { return schedule_ ? schedule_->rate(lr, time_, memory_) : lr; }

  void after_step();
  void after_epoch(double loss, std::optional<double> accuracy);

 private:
  void tick();

  AnySchedule schedule_;
  TrainingState* state_;
  ScheduleUnit unit_ = ScheduleUnit::epoch;
  std::string name_;
  std::uint64_t time_ = 0;
  std::vector<double> memory_;
};

}  // namespace weir
