#pragma once

#include <chrono>

#include <weir/weir.hpp>

// What training shows: on a terminal a bar that moves, elsewhere (and with NO_COLOR or CI set) one plain line an epoch.
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
