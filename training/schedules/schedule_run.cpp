#include "training/schedules/schedule_run.hpp"

#include <limits>
#include <utility>

namespace weir {

ScheduleRun::ScheduleRun(AnySchedule schedule, std::optional<ScheduleUnit> unit, TrainingState& state)
    : schedule_(std::move(schedule)), state_(&state) {
  if (!schedule_) return;
  unit_ = unit.value_or(schedule_->unit());
  name_ = schedule_->describe();
  memory_ = schedule_->memory();
  if (state.schedule != name_ || state.schedule_memory.size() != memory_.size()) return;
  time_ = state.schedule_time;
  memory_ = state.schedule_memory;
}

void ScheduleRun::advance(std::uint64_t time) {
  time_ += time;
  if (state_->schedule != name_) state_->schedule = name_;
  state_->schedule_time = time_;
  state_->schedule_memory = memory_;
}

void ScheduleRun::after_steps(std::int64_t steps) {
  if (schedule_ && unit_ == ScheduleUnit::step) advance(static_cast<std::uint64_t>(steps));
}

void ScheduleRun::after_epoch(double loss, std::optional<double> accuracy) {
  if (!schedule_) return;
  if (schedule_->watches() == ScheduleWatch::loss) schedule_->observe(loss, memory_);
  if (schedule_->watches() == ScheduleWatch::accuracy) {
    schedule_->observe(accuracy.value_or(std::numeric_limits<double>::quiet_NaN()), memory_);
  }
  if (unit_ == ScheduleUnit::epoch) advance(1);
}

}  // namespace weir
