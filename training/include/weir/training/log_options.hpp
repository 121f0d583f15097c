#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace weir {

// Options of the callbacks that write what a run measures to a file.
struct LogOptions {
  std::int64_t every = 0;  // 0: a row after each epoch. Else one after every so many steps and after an epoch's last; 0 or more
  bool append = false;     // true: a run that begins adds its rows to those of an older file; false: it replaces the file
  // Is given a message when a row cannot be written during training. Training goes on, the rows wait in memory (up to 1 MiB) and are
  // written when that is possible again. Without a function, rows that are missing in the end are a FileError of fit, after training.
  std::function<void(const std::string& message)> on_problem = {};
};

}  // namespace weir
