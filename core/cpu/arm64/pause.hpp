#pragma once

namespace weir::cpu {

// What a thread does between two looks at something that another one is about to change.
inline void pause() { asm volatile("yield"); }

}  // namespace weir::cpu
