#pragma once

namespace weir::cpu {

// Called in a loop that spins until another thread changes something: lets the other hyperthread of the core run.
inline void pause() { __builtin_ia32_pause(); }

}  // namespace weir::cpu
