#pragma once

#include <cstdint>

namespace weir::cpu {

// FPCR: all zero is rounding to nearest with subnormal numbers and without traps.
using FloatRegister = std::uint64_t;

inline FloatRegister read_floats() {
  FloatRegister mode;
  asm volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
}
inline void write_floats(FloatRegister mode) { asm volatile("msr fpcr, %0" : : "r"(mode) : "memory"); }
inline bool standard_floats(FloatRegister mode) { return mode == 0; }
inline void set_standard_floats() { write_floats(0); }

}  // namespace weir::cpu
