#pragma once

#include <stdexcept>

#if !defined(__cpp_exceptions) || !defined(__cpp_rtti)
#error "weir reports errors by exceptions and looks at the types of layers: compile without -fno-exceptions and -fno-rtti."
#endif

namespace weir {

// Base class of all exceptions that weir throws. Messages have the form "who: what is wrong: got, expected. What to do."
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Shapes, widths or batch sizes that do not match.
class ShapeError : public Error {
 public:
  using Error::Error;
};

// A device that does not exist, cannot be used or is out of memory, or data that is on another device.
class DeviceError : public Error {
 public:
  using Error::Error;
};

// A file whose content violates its format.
class FormatError : public Error {
 public:
  using Error::Error;
};

// A file that cannot be found, opened, read or written.
class FileError : public Error {
 public:
  using Error::Error;
};

// A NaN or infinity during training; a failed gradient check.
class NumericError : public Error {
 public:
  using Error::Error;
};

// An invalid option, dtype, graph, label or name.
class ConfigError : public Error {
 public:
  using Error::Error;
};

}  // namespace weir
