#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <weir/core/error.hpp>

#include "core/text.hpp"

// What schedules ask of their options, and how they are described.

namespace weir {

inline void require_schedule(bool holds, const char* schedule, const char* option, double value, const char* expected) {
  if (holds) return;
  throw ConfigError(std::string(schedule) + ": " + option + " is " + number_text(value) + ", expected " + expected + ".");
}

inline void require_number(const char* schedule, const char* option, double value) {
  require_schedule(value >= 0 && std::isfinite(value), schedule, option, value, "a finite number, 0 or more");
}

inline void require_count(const char* schedule, const char* option, std::int64_t value, std::int64_t least = 1) {
  if (value >= least) return;
  throw ConfigError(std::string(schedule) + ": " + option + " is " + std::to_string(value) + ", expected at least " +
                    std::to_string(least) + ".");
}

// "StepLR(step_size=30, gamma=0.1)", put together option by option.
class Description {
 public:
  explicit Description(const char* schedule) : text_(std::string(schedule) + "(") {}
  Description& add(const char* option, double value) { return add(option, number_text(value)); }
  Description& add(const char* option, std::int64_t value) { return add(option, std::to_string(value)); }
  Description& add(const char* option, bool value) { return add(option, std::string(value ? "true" : "false")); }
  Description& add(const char* option, const std::string& value) {
    text_ += (text_.back() == '(' ? "" : ", ") + std::string(option) + "=" + value;
    return *this;
  }
  std::string text() const { return text_ + ")"; }

 private:
  std::string text_;
};

}  // namespace weir
