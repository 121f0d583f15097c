#pragma once

#include <pybind11/pybind11.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include <weir/core/epoch_report.hpp>
#include <weir/training/callback.hpp>

#include "python/model.hpp"
#include "python/python_function.hpp"

// Lets Python handle its signals about ten times a second, on the thread of fit. Ctrl-C stops fit after a step, and is raised once fit has
// ended in order, with every callback's on_end.
class Signals {
 public:
  weir::Control look();
  void keep(const pybind11::error_already_set& error);  // raised later, unless there is one already
  void raise() const;                                   // what was kept, or the handler of a signal raises now; called with the GIL

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point last_ = Clock::now();
  std::optional<pybind11::error_already_set> error_;
};

// What the callbacks of a fit have in common.
struct CallbackHost {
  PythonObject model;  // the Python object that they get
  ModelHandle* handle = nullptr;
  std::shared_ptr<Signals> signals;
};

// FitOptions::callbacks from a list: weir's callbacks, objects of classes of Python (weir.Callback), and functions f(report), which are
// called after each epoch.
std::vector<weir::AnyCallback> callbacks_from(const pybind11::object& given, const CallbackHost& host);

pybind11::object epoch_object(const weir::EpochReport& report);
pybind11::object history_object(const weir::History& history);

// What a callback of Python returned: None or False goes on, True stops. TypeError for anything else.
weir::Control control_from(const pybind11::object& returned, const std::string& what);
