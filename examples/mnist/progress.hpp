#pragma once

#include <chrono>

#include <weir/weir.hpp>

// Progress of a training: a moving bar on a terminal; otherwise, and if NO_COLOR or CI is set, one plain line per epoch.
class Progress {
 public:
  explicit Progress(bool quiet);
  bool shows_steps() const { return bar_; }
  void step(const weir::StepReport& report);
  void epoch(const weir::EpochReport& report);

 private:
  using Clock = std::chrono::steady_clock;
  bool quiet_;
  bool bar_;
  Clock::time_point last_{};
};
