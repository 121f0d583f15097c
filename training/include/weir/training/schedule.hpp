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

// The result of each epoch that a schedule depends on; taken from the validation data if there is some.
enum class ScheduleWatch : std::uint8_t { nothing, loss, accuracy };

// A learning rate schedule: configuration and pure functions. Its progress is in the Model's TrainingState, so that a second fit with a
// schedule of the same type, config and unit continues.
class Schedule {
 public:
  virtual ~Schedule() = default;

  virtual std::string type() const = 0;  // "StepLR"
  virtual Config config() const = 0;     // every option by its name
  virtual std::string describe() const;  // "StepLR(step_size=30, gamma=0.1)": type() and config()
  virtual ScheduleUnit unit() const { return ScheduleUnit::epoch; }

  // The learning rate at time 0, 1, 2, ...; `lr` is that of the optimizer or parameter group.
  virtual double rate(double lr, std::uint64_t time, std::span<const double> memory) const = 0;

  // For schedules that depend on results: the memory before the first epoch, and how an epoch's result updates it.
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
  AnySchedule() = default;  // none: a constant learning rate
  template <std::derived_from<Schedule> S>
  AnySchedule(S schedule) : schedule_(std::make_shared<const S>(std::move(schedule))) {}
  AnySchedule(std::shared_ptr<const Schedule> schedule) : schedule_(std::move(schedule)) {}

  AnySchedule(const AnySchedule&) = default;  // moving copies: the other stays as it is
  AnySchedule& operator=(const AnySchedule&) = default;

  explicit operator bool() const { return schedule_ != nullptr; }
  const Schedule& operator*() const { return *schedule_; }
  const Schedule* operator->() const { return schedule_.get(); }

 private:
  std::shared_ptr<const Schedule> schedule_;
};

using ScheduleFactory = std::function<AnySchedule(const Config&)>;

// Makes a schedule from its type() and config(); options missing in the Config have their defaults. Throws ConfigError for an unknown type
// (the message lists the known ones), an unknown option, or a value out of range.
AnySchedule make_schedule(const std::string& type, const Config& config);

// Registers a type of your own for make_schedule: factory(schedule.config()) must return an equivalent schedule. weir's types are
// registered already. Throws ConfigError when the name is taken. May be called from any thread.
void register_schedule(std::string type, ScheduleFactory factory);

// The types that make_schedule knows, sorted.
std::vector<std::string> registered_schedules();

}  // namespace weir
