#pragma once

namespace weir::cpu {

// What a thread does between two looks at something that another one is about to change: nothing, here.
inline void pause() {}

}  // namespace weir::cpu
