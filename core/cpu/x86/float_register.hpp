#pragma once

namespace weir::cpu {

// MXCSR, the mode of the vector registers, and the control word of the x87 unit, whose rounding the C library's strtod follows. Both mask
// exceptions and choose the rounding; MXCSR also flushes subnormal numbers to zero, and its bits 0 to 5 are flags of what has happened.
struct FloatRegister {
  unsigned mxcsr = 0x1f80;
  unsigned short x87 = 0x037f;
};

inline FloatRegister read_floats() {
  FloatRegister mode{.mxcsr = __builtin_ia32_stmxcsr()};
  asm volatile("fnstcw %0" : "=m"(mode.x87));
  return mode;
}
inline void write_floats(FloatRegister mode) {
  __builtin_ia32_ldmxcsr(mode.mxcsr);
  asm volatile("fldcw %0" : : "m"(mode.x87));
}
inline bool standard_floats(FloatRegister mode) { return (mode.mxcsr & 0xffc0) == 0x1f80 && (mode.x87 & 0x0f3f) == 0x033f; }
inline void set_standard_floats() { write_floats({}); }

}  // namespace weir::cpu
