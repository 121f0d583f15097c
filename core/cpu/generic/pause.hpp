#pragma once

namespace weir::cpu {

// Called in a loop that spins until another thread changes something: does nothing on this processor.
inline void pause() {}

}  // namespace weir::cpu
