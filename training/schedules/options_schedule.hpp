#pragma once

#include <string>
#include <utility>
#include <weir/training/options_schedule.hpp>

#include "core/options.hpp"

// Templates for the files that define schedules; each instantiates its own.

namespace weir {

template <class Options>
OptionsSchedule<Options>::OptionsSchedule(Options options) : options_(std::move(options)) {
  check_options(options_);
}

template <class Options>
std::string OptionsSchedule<Options>::type() const {
  return std::string(Options::name);
}

template <class Options>
Config OptionsSchedule<Options>::config() const {
  return config_of(options_);
}

}  // namespace weir
