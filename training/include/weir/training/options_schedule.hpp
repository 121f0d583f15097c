#pragma once

#include <string>
#include <weir/training/schedule.hpp>

namespace weir {

// One of weir's schedules whose type and config are the name and the options that `Options` lists.
template <class Options>
class OptionsSchedule : public Schedule {
 public:
  explicit OptionsSchedule(Options options);  // ConfigError for an option outside its range

  const Options& options() const { return options_; }
  std::string type() const override;
  Config config() const override;

 protected:
  Options options_;
};

}  // namespace weir
