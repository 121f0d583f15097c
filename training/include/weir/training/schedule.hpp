#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>
#include <weir/core/config.hpp>
#include <weir/core/training_state.hpp>

namespace weir {

// What a schedule looks at after each epoch: nothing, or the loss or accuracy, of the validation data where there is some.
enum class ScheduleWatch : std::uint8_t { nothing, loss, accuracy };

// How the learning rate changes while training goes on: configuration and pure functions. Where a schedule is in its course belongs to the
// Model's TrainingState, so that a second fit with a schedule of the same type, config and unit goes on.
class Schedule {
 public:
  virtual ~Schedule() = default;

  virtual std::string type() const = 0;  // "StepLR"
  virtual Config config() const = 0;     // every option by its name
  virtual std::string describe() const;  // "StepLR(step_size=30, gamma=0.1)": type() and config()
  virtual ScheduleUnit unit() const { return ScheduleUnit::epoch; }

  // The learning rate at time 0, 1, 2, ... of parameters whose optimizer or group asks for `lr`.
  virtual double rate(double lr, std::uint64_t time, std::span<const double> memory) const = 0;

  // For a schedule that watches training: what it remembers before the first epoch, and how an epoch's result changes that.
  virtual ScheduleWatch watches() const { return ScheduleWatch::nothing; }
  virtual std::vector<double> memory() const { return {}; }
  virtual void observe(double, std::span<double>) const {}

 protected:
  Schedule() = default;
  Schedule(const Schedule&) = default;
  Schedule& operator=(const Schedule&) = default;
};

// Any schedule by value: .schedule = weir::StepLR({.step_size = 30}).
class AnySchedule {
 public:
  AnySchedule() = default;  // none: the learning rate stays
  template <std::derived_from<Schedule> S>
  AnySchedule(S schedule) : schedule_(std::make_shared<const S>(std::move(schedule))) {}
  AnySchedule(std::shared_ptr<const Schedule> schedule) : schedule_(std::move(schedule)) {}

  explicit operator bool() const { return schedule_ != nullptr; }
  const Schedule& operator*() const { return *schedule_; }
  const Schedule* operator->() const { return schedule_.get(); }

 private:
  std::shared_ptr<const Schedule> schedule_;
};

using ScheduleFactory = std::function<AnySchedule(const Config&)>;

// Makes a schedule from its type() and config(); options that the Config leaves out have their defaults. Throws ConfigError for an unknown
// type (the message lists what is known), an option that it has not, or one outside its range.
AnySchedule make_schedule(const std::string& type, const Config& config);

// Makes a type of your own known to make_schedule: factory(schedule.config()) must give a schedule that behaves as the first. weir's types
// are known from the start. Throws ConfigError when the name is taken. Safe to call from any thread.
void register_schedule(std::string type, ScheduleFactory factory);

}  // namespace weir
