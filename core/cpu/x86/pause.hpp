#pragma once

namespace weir::cpu {

// What a thread does between two looks at something that another one is about to change.
inline void pause() { __builtin_ia32_pause(); }

}  // namespace weir::cpu
