#pragma once

#include <cfenv>

namespace weir::cpu {

using FloatRegister = std::fenv_t;

inline FloatRegister read_floats() {
  FloatRegister mode;
  std::fegetenv(&mode);
  return mode;
}
inline void write_floats(const FloatRegister& mode) { std::fesetenv(&mode); }
inline bool standard_floats(const FloatRegister&) { return false; }  // cannot be seen from it
inline void set_standard_floats() { std::fesetenv(FE_DFL_ENV); }

}  // namespace weir::cpu
