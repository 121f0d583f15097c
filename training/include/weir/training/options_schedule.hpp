#pragma once

#include <string>
#include <weir/training/schedule.hpp>

namespace weir {

// A schedule of weir's: StepLR is OptionsSchedule<StepLROptions>. type() and config() come from the name and list of options in `Options`.
template <class Options>
class OptionsSchedule : public Schedule {
 public:
  explicit OptionsSchedule(Options options);  // ConfigError for an option outside its range

  const Options& options() const& { return options_; }
  const Options& options() const&& = delete;
  std::string type() const override;
  Config config() const override;
  ScheduleUnit unit() const override;
  double rate(double lr, std::uint64_t time, std::span<const double> memory) const override;

 protected:
  Options options_;
};

}  // namespace weir
