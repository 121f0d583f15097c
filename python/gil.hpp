#pragma once

#include <pybind11/pybind11.h>

#include <optional>

// Held during a call of C++ that may release Python's global lock. Python ends a daemon thread where it next takes the lock, which C++ does
// not survive: so the end of the process stops fits after a step, waits some seconds for these calls to return, and lets other threads
// begin no more.
class Working {
 public:
  Working();  // SystemExit, which ends a thread silently, once the process ends
  ~Working();
  Working(const Working&) = delete;
  Working& operator=(const Working&) = delete;

  static bool ending();  // the process waits for this thread
};

// pybind11's gil_scoped_release for such a call.
class ReleasedGil {
  Working working_;
  pybind11::gil_scoped_release release_;
};
