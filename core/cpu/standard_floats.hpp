#pragma once

#include "float_register.hpp"  // chosen by processor: core/cpu/x86, core/cpu/arm64 or core/cpu/generic

namespace weir::cpu {

// While it lives, this thread computes with the standard floating-point mode: rounds to nearest, keeps subnormal numbers, raises no signal.
// Then the caller's mode is back. A program may have another: linking with fast-math sets one for the whole of it.
class StandardFloats {
 public:
  StandardFloats() : before_(read_floats()) {
    if (!standard_floats(before_)) set_standard_floats();
  }
  ~StandardFloats() {
    if (!standard_floats(before_)) write_floats(before_);
  }
  StandardFloats(const StandardFloats&) = delete;
  StandardFloats& operator=(const StandardFloats&) = delete;

 private:
  FloatRegister before_;
};

}  // namespace weir::cpu
