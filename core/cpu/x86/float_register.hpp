#pragma once

namespace weir::cpu {

// MXCSR: bits 0 to 5 are flags of what has happened; the others mask exceptions, choose the rounding, and flush subnormal numbers to zero.
using FloatRegister = unsigned;

inline FloatRegister read_floats() { return __builtin_ia32_stmxcsr(); }
inline void write_floats(FloatRegister mode) { __builtin_ia32_ldmxcsr(mode); }
inline bool standard_floats(FloatRegister mode) { return (mode & 0xffc0) == 0x1f80; }
inline void set_standard_floats() { write_floats(0x1f80); }

}  // namespace weir::cpu
