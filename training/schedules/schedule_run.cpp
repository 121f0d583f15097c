#include "training/schedules/schedule_run.hpp"

#include <limits>
#include <utility>

namespace weir {

ScheduleRun::ScheduleRun(AnySchedule schedule, std::optional<ScheduleUnit> unit, ScheduleState& state)
    : schedule_(std::move(schedule)), state_(&state) {
  if (!schedule_) return;
  unit_ = unit.value_or(schedule_->unit());
  memory_ = schedule_->memory();
  begins_ = {schedule_->type(), schedule_->config(), unit_, 0, memory_};
  if (state.type != begins_->type || state.config != begins_->config || state.unit != unit_ || state.memory.size() != memory_.size())
    return;
  begins_.reset();
  time_ = state.time;
  memory_ = state.memory;
}

// Must not allocate, because steps may already have been taken.
void ScheduleRun::advance(std::uint64_t time) {
  if (begins_) *state_ = std::move(*begins_);
  begins_.reset();
  state_->time = time_ += time;
  state_->memory = memory_;
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
  advance(unit_ == ScheduleUnit::epoch ? 1 : 0);
}

}  // namespace weir
