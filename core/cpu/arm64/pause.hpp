#pragma once

namespace weir::cpu {

// Called in a loop that spins until another thread changes something: lets the processor save power meanwhile.
inline void pause() { asm volatile("yield"); }

}  // namespace weir::cpu
