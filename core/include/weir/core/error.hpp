#pragma once

#include <stdexcept>
#include <string>

namespace weir {

// The base of everything that weir throws. A message reads "who: what is wrong: got, expected. What to do."
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Shapes, widths or batch sizes that do not fit each other.
class ShapeError : public Error {
 public:
  using Error::Error;
};

// A device that is not there, not usable, out of memory, or not the one that the data is on.
class DeviceError : public Error {
 public:
  using Error::Error;
};

// A file whose content is not what its format demands.
class FormatError : public Error {
 public:
  using Error::Error;
};

// A file that cannot be found, opened, read or written.
class FileError : public Error {
 public:
  using Error::Error;
};

// A NaN or an infinity where training needs a finite number.
class NumericError : public Error {
 public:
  using Error::Error;
};

// An option, a graph or a name that makes no sense.
class ConfigError : public Error {
 public:
  using Error::Error;
};

}  // namespace weir
