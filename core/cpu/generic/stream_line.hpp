#pragma once

#include <cstring>

// For processors without known non-temporal stores: an ordinary copy.

namespace weir::cpu {

static inline void stream_line(const void* from, void* to) { std::memcpy(to, from, 64); }
static inline void stream_end() {}

}  // namespace weir::cpu
